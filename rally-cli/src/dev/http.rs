//! Just enough HTTP for two little servers: the head of a request, and a response.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// More than any browser sends, and little enough to hold for everyone who connects.
const HEAD_LIMIT: usize = 16 * 1024;

/// How long a client may take for its head, or to hear an answer.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The client left, or was too slow: there is nobody to answer.
    Gone,
    TooLarge,
    Malformed,
}

/// Reads the head of a request from a browser.
pub(crate) fn receive(stream: &mut TcpStream) -> Result<Head, Refused> {
    let patient = stream.set_read_timeout(Some(PATIENCE));
    let patient = patient.and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
    patient.map_err(|_| Refused::Gone)?;
    read_head(stream)
}

fn read_head(stream: &mut impl Read) -> Result<Head, Refused> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let read = stream.read(&mut chunk).map_err(|_| Refused::Gone)?;
        if read == 0 {
            return Err(Refused::Gone);
        }
        // The end may lie across two chunks.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(&chunk[..read]);
        if head[from..].windows(4).any(|window| window == b"\r\n\r\n") {
            return parse(&head).ok_or(Refused::Malformed);
        }
        if head.len() >= HEAD_LIMIT {
            return Err(Refused::TooLarge);
        }
    }
}

fn parse(head: &[u8]) -> Option<Head> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if !version.starts_with("HTTP/1.") || words.next().is_some() || !target.starts_with('/') {
        return None;
    }
    Some(Head { method: method.to_owned(), path: target.split('?').next()?.to_owned() })
}

/// An answer that ends its connection.
pub(crate) struct Response<'a> {
    pub(crate) status: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) headers: &'static str,
    pub(crate) body: &'a str,
}

impl Response<'_> {
    pub(crate) fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(self.render().as_bytes())?;
        finish(stream)
    }

    fn render(&self) -> String {
        let Self { status, content_type, headers, body } = self;
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             Cache-Control: no-store\r\n{headers}Connection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

/// The answer to a request whose head could not be used.
pub(crate) fn refuse(stream: &mut TcpStream, refused: &Refused) {
    let status = match refused {
        Refused::Gone => return,
        Refused::TooLarge => "431 Request Header Fields Too Large",
        Refused::Malformed => "400 Bad Request",
    };
    let _ = Response { status, content_type: "text/plain", headers: "", body: status }.send(stream);
}

/// Closing at once, with a request body unread, would take the answer back before it is read.
fn finish(stream: &mut TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut chunk = [0; 4096];
    for _ in 0..256 {
        if !matches!(stream.read(&mut chunk), Ok(1..)) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(request: impl AsRef<[u8]>, expected: Result<(&str, &str), Refused>) {
        let head = read_head(&mut request.as_ref());
        let expected = expected
            .map(|(method, path)| Head { method: method.to_owned(), path: path.to_owned() });
        assert_eq!(head, expected);
    }

    #[test]
    fn a_head_is_read_without_its_query() {
        check("GET /events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", Ok(("GET", "/events")));
    }

    #[test]
    fn a_head_may_come_in_any_pieces() {
        struct Slowly<'a>(&'a [u8]);
        impl Read for Slowly<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(&mut buffer[..1])
            }
        }
        let head = read_head(&mut Slowly(b"GET / HTTP/1.1\r\n\r\n")).expect("a head");
        assert_eq!(head.path, "/");
    }

    #[test]
    fn nonsense_is_refused() {
        check("", Err(Refused::Gone));
        check("GET / HTTP/1.1\r\n", Err(Refused::Gone));
        check("\r\n\r\n", Err(Refused::Malformed));
        check("GET  / HTTP/1.1\r\n\r\n", Err(Refused::Malformed));
        check("GET http://a/ HTTP/1.1\r\n\r\n", Err(Refused::Malformed));
        check(b"\xff\xfe / HTTP/1.1\r\n\r\n", Err(Refused::Malformed));
    }

    #[test]
    fn an_endless_head_is_refused() {
        check(vec![b'a'; 10 * HEAD_LIMIT], Err(Refused::TooLarge));
    }
}

//! Minimal HTTP for the two servers of `dev`: parsing of a request head, and responses.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Maximum size of a request head in bytes. Browsers usually send less.
const HEAD_LIMIT: usize = 16 * 1024;

const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// The path of the request, without the query.
    pub(crate) path: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum HeadError {
    /// The client has disconnected, or a timeout has passed. No response is sent.
    Disconnected,
    TooLarge,
    Malformed,
}

pub(crate) fn receive(stream: &mut TcpStream) -> Result<Head, HeadError> {
    let result = stream.set_read_timeout(Some(TIMEOUT));
    let result = result.and_then(|()| stream.set_write_timeout(Some(TIMEOUT)));
    result.map_err(|_| HeadError::Disconnected)?;
    read_head(stream)
}

fn read_head(stream: &mut impl Read) -> Result<Head, HeadError> {
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let read = stream.read(&mut chunk).map_err(|_| HeadError::Disconnected)?;
        if read == 0 {
            return Err(HeadError::Disconnected);
        }
        // The end of the head may be split across two chunks.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(&chunk[..read]);
        if head[from..].windows(4).any(|window| window == b"\r\n\r\n") {
            return parse(&head).ok_or(HeadError::Malformed);
        }
        if head.len() >= HEAD_LIMIT {
            return Err(HeadError::TooLarge);
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

pub(crate) fn refuse(stream: &mut TcpStream, error: &HeadError) {
    let status = match error {
        HeadError::Disconnected => return,
        HeadError::TooLarge => "431 Request Header Fields Too Large",
        HeadError::Malformed => "400 Bad Request",
    };
    let _ = Response { status, content_type: "text/plain", headers: "", body: status }.send(stream);
}

/// Reads the rest of the request, up to 1 MiB, before the connection is closed. With unread data,
/// closing would reset the connection, and the client might lose the response.
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
    fn check(request: impl AsRef<[u8]>, expected: Result<(&str, &str), HeadError>) {
        let head = read_head(&mut request.as_ref());
        let expected = expected
            .map(|(method, path)| Head { method: method.to_owned(), path: path.to_owned() });
        assert_eq!(head, expected);
    }

    #[test]
    fn the_path_is_parsed_without_the_query() {
        check("GET /events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", Ok(("GET", "/events")));
    }

    #[test]
    fn a_head_may_arrive_in_several_chunks() {
        struct ByteByByte<'a>(&'a [u8]);
        impl Read for ByteByByte<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(&mut buffer[..1])
            }
        }
        let head = read_head(&mut ByteByByte(b"GET / HTTP/1.1\r\n\r\n"))
            .expect("the head should be parsed");
        assert_eq!(head.path, "/");
    }

    #[test]
    fn a_malformed_head_is_refused() {
        check("", Err(HeadError::Disconnected));
        check("GET / HTTP/1.1\r\n", Err(HeadError::Disconnected));
        check("\r\n\r\n", Err(HeadError::Malformed));
        check("GET  / HTTP/1.1\r\n\r\n", Err(HeadError::Malformed));
        check("GET http://a/ HTTP/1.1\r\n\r\n", Err(HeadError::Malformed));
        check(b"\xff\xfe / HTTP/1.1\r\n\r\n", Err(HeadError::Malformed));
    }

    #[test]
    fn a_head_that_is_too_large_is_refused() {
        check(vec![b'a'; 10 * HEAD_LIMIT], Err(HeadError::TooLarge));
    }
}

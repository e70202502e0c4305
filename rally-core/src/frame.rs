//! Frames: one WebSocket message each, the whole protocol on one screen.
//!
//! A frame is a MessagePack array that begins with its kind. The body of a
//! call or a reply is the last element, as it is: it is neither wrapped nor
//! copied to be read.

mod parts;

use std::fmt;

pub(crate) use parts::{Reader, Writer};

/// Pairs a reply with its request. A client counts up from 1; in a frame about
/// no request it is 0.
pub type RequestId = u32;

/// The largest frame, in bytes; a larger one closes the connection.
pub const MAX_FRAME: usize = 1 << 20;

/// What a client sends.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum ClientFrame<'a> {
    /// `[0, id, name, fingerprint, body]`: asks for one answer.
    Call {
        /// Comes back in the reply.
        id: RequestId,
        /// Which call: module path and type name.
        name: &'a str,
        /// Of the call's types, as this client knows them.
        fingerprint: u64,
        /// The message.
        body: &'a [u8],
    },
    /// `[1, id, page, fingerprint, url]`: the browser goes to this page, and
    /// asks for its data.
    Enter {
        /// Comes back in the reply.
        id: RequestId,
        /// The page's name: module path and type name.
        page: &'a str,
        /// Of the page's data, as this client knows it.
        fingerprint: u64,
        /// Path and query.
        url: &'a str,
    },
    /// `[2]`: keeps the connection open, and finds out whether it is.
    Ping,
}

/// What a server sends.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum ServerFrame<'a> {
    /// `[0, id, value]`: the answer.
    Ok {
        /// Which request.
        id: RequestId,
        /// The value.
        body: &'a [u8],
    },
    /// `[1, id, error]`: the handler's own error.
    Err {
        /// Which request.
        id: RequestId,
        /// The error.
        body: &'a [u8],
    },
    /// `[2, id, code, detail]`: the server did not answer the request.
    Refused {
        /// Which request; 0 when the frame could not be read that far.
        id: RequestId,
        /// Why.
        refusal: Refusal,
    },
    /// `[3]`: answers a ping.
    Pong,
}

/// Why a server did not answer a request.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Refusal {
    /// The frame or its body is not what the protocol says.
    Malformed,
    /// The server knows no call or page of this name.
    Unknown,
    /// The fingerprints differ.
    Stale,
    /// Not allowed.
    Denied,
    /// There is no such page or record.
    NotFound,
    /// The page is at another URL.
    Redirect {
        /// Where to go instead.
        url: String,
    },
    /// Too many requests are in flight on this connection.
    Busy,
    /// The server failed.
    Internal {
        /// Finds the details in the server's log.
        trace_id: String,
    },
}

/// A frame that is not one.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The request it was about, when that much could be read.
    pub id: RequestId,
}

impl ClientFrame<'_> {
    /// Writes the frame.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut frame = Writer::default();
        match *self {
            Self::Call { id, name, fingerprint, body } => {
                frame.start(5, 0);
                frame.uint(id.into());
                frame.text(name);
                frame.uint(fingerprint);
                frame.0.extend_from_slice(body);
            }
            Self::Enter { id, page, fingerprint, url } => {
                frame.start(5, 1);
                frame.uint(id.into());
                frame.text(page);
                frame.uint(fingerprint);
                frame.text(url);
            }
            Self::Ping => frame.start(1, 2),
        }
        frame.0
    }
}

impl<'a> ClientFrame<'a> {
    /// Reads a frame. The body of a call is not looked into.
    ///
    /// # Errors
    ///
    /// When the bytes are no frame.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut frame = Reader { rest: bytes, id: 0 };
        frame.client().ok_or(Malformed { id: frame.id })
    }
}

impl ServerFrame<'_> {
    /// Writes the frame.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut frame = Writer::default();
        match self {
            Self::Ok { id, body } => {
                frame.start(3, 0);
                frame.uint((*id).into());
                frame.0.extend_from_slice(body);
            }
            Self::Err { id, body } => {
                frame.start(3, 1);
                frame.uint((*id).into());
                frame.0.extend_from_slice(body);
            }
            Self::Refused { id, refusal } => {
                frame.start(4, 2);
                frame.uint((*id).into());
                frame.text(refusal.code());
                frame.text(refusal.detail());
            }
            Self::Pong => frame.start(1, 3),
        }
        frame.0
    }
}

impl<'a> ServerFrame<'a> {
    /// Reads a frame. The body of a reply is not looked into.
    ///
    /// # Errors
    ///
    /// When the bytes are no frame.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut frame = Reader { rest: bytes, id: 0 };
        frame.server().ok_or(Malformed { id: frame.id })
    }
}

impl Refusal {
    /// The word for it on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::NotFound => "not_found",
            Self::Redirect { .. } => "redirect",
            Self::Busy => "busy",
            Self::Internal { .. } => "internal",
        }
    }

    fn detail(&self) -> &str {
        match self {
            Self::Redirect { url } => url,
            Self::Internal { trace_id } => trace_id,
            _ => "",
        }
    }

    fn from_code(code: &str, detail: &str) -> Option<Self> {
        Some(match code {
            "malformed" => Self::Malformed,
            "unknown" => Self::Unknown,
            "stale" => Self::Stale,
            "denied" => Self::Denied,
            "not_found" => Self::NotFound,
            "redirect" => Self::Redirect { url: detail.to_owned() },
            "busy" => Self::Busy,
            "internal" => Self::Internal { trace_id: detail.to_owned() },
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the server could not read it",
            Self::Unknown => "the server has no such call or page",
            Self::Stale => "the server runs another version of the app",
            Self::Denied => "not allowed",
            Self::NotFound => "not found",
            Self::Redirect { .. } => "it is at another URL",
            Self::Busy => "too many calls are under way",
            Self::Internal { .. } => "the server failed",
        })
    }
}

impl<'a> Reader<'a> {
    fn client(&mut self) -> Option<ClientFrame<'a>> {
        let frame = match self.start()? {
            (5, 0) => ClientFrame::Call {
                id: self.request()?,
                name: self.text()?,
                fingerprint: self.uint()?,
                body: self.body()?,
            },
            (5, 1) => ClientFrame::Enter {
                id: self.request()?,
                page: self.text()?,
                fingerprint: self.uint()?,
                url: self.text()?,
            },
            (1, 2) => ClientFrame::Ping,
            _ => return None,
        };
        self.rest.is_empty().then_some(frame)
    }

    fn server(&mut self) -> Option<ServerFrame<'a>> {
        let frame = match self.start()? {
            (3, 0) => ServerFrame::Ok { id: self.request()?, body: self.body()? },
            (3, 1) => ServerFrame::Err { id: self.request()?, body: self.body()? },
            (4, 2) => {
                self.id = self.uint()?;
                let refusal = Refusal::from_code(self.text()?, self.text()?)?;
                ServerFrame::Refused { id: self.id, refusal }
            }
            (1, 3) => ServerFrame::Pong,
            _ => return None,
        };
        self.rest.is_empty().then_some(frame)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn client(frame: &ClientFrame<'_>, bytes: &[u8]) {
        assert_eq!(frame.to_bytes(), bytes);
        assert_eq!(ClientFrame::read(bytes).as_ref(), Ok(frame));
    }

    #[track_caller]
    fn server(frame: &ServerFrame<'_>, bytes: &[u8]) {
        assert_eq!(frame.to_bytes(), bytes);
        assert_eq!(ServerFrame::read(bytes).as_ref(), Ok(frame));
    }

    #[test]
    fn the_bytes_of_every_client_frame() {
        let call = ClientFrame::Call { id: 1, name: "a::B", fingerprint: 300, body: &[0xc0] };
        client(&call, b"\x95\x00\x01\xa4a::B\xcd\x01\x2c\xc0");
        let enter = ClientFrame::Enter { id: 2, page: "P", fingerprint: 7, url: "/?a" };
        client(&enter, b"\x95\x01\x02\xa1P\x07\xa3/?a");
        client(&ClientFrame::Ping, b"\x91\x02");
    }

    #[test]
    fn the_bytes_of_every_server_frame() {
        server(&ServerFrame::Ok { id: 1, body: &[5] }, b"\x93\x00\x01\x05");
        server(&ServerFrame::Err { id: 1, body: &[0xc3] }, b"\x93\x01\x01\xc3");
        let refused = ServerFrame::Refused { id: 0, refusal: Refusal::Malformed };
        server(&refused, b"\x94\x02\x00\xa9malformed\xa0");
        let refusal = Refusal::Redirect { url: "/in".to_owned() };
        let refused = ServerFrame::Refused { id: 9, refusal };
        server(&refused, b"\x94\x02\x09\xa8redirect\xa3/in");
        server(&ServerFrame::Pong, b"\x91\x03");
    }

    #[test]
    fn every_refusal_has_a_code_of_its_own() {
        let id = "1-2".to_owned();
        for refusal in [
            Refusal::Malformed,
            Refusal::Unknown,
            Refusal::Stale,
            Refusal::Denied,
            Refusal::NotFound,
            Refusal::Redirect { url: id.clone() },
            Refusal::Busy,
            Refusal::Internal { trace_id: id },
        ] {
            assert_eq!(
                Refusal::from_code(refusal.code(), refusal.detail()).as_ref(),
                Some(&refusal)
            );
        }
    }

    #[test]
    fn a_malformed_frame_names_its_request_when_that_much_could_be_read() {
        let id = |bytes: &[u8]| ClientFrame::read(bytes).unwrap_err().id;
        assert_eq!(id(b""), 0);
        assert_eq!(id(b"\x95\x00\x07\xa4a"), 7);
        // Id 0, an id beyond u32, no body, bytes after the end.
        assert_eq!(id(b"\x95\x00\x00\xa1a\x01\xc0"), 0);
        assert_eq!(id(b"\x95\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00\xa1a\x01\xc0"), 0);
        assert_eq!(id(b"\x95\x00\x07\xa1a\x01"), 7);
        assert_eq!(id(b"\x91\x02\x00"), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_malformed(bytes: Vec<u8>) {
            let _ = ClientFrame::read(&bytes);
            let _ = ServerFrame::read(&bytes);
        }
    }
}

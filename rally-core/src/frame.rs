//! Frames: the messages between client and server, over a WebSocket or HTTP.
//!
//! A frame is a MessagePack array. The first element is the kind of the frame.
//! The body of a call or reply is the last element. The body is not wrapped in a
//! byte string, so that a value can be encoded directly into its frame.

mod call_page;

use std::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, DecodeLimits, EncodeError, Reader, Writer};
use crate::wire::Wire;

pub use call_page::CallPage;

/// The id of a request. The reply has the same id.
///
/// A client counts its requests from 1. The server uses 0 for a refusal that
/// answers no request, for example if it cannot read the id of a frame.
pub type RequestId = u32;

/// Default maximum size of a frame, in bytes. A larger frame closes a WebSocket connection.
pub const MAX_FRAME: usize = 1 << 20;

/// A frame from client to server.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum ClientFrame<'a> {
    /// `[0, id, name, fingerprint, page, body]`: calls a handler.
    Call {
        /// Id of the request, returned in the reply.
        id: RequestId,
        /// Name of the call: module path and type name.
        name: &'a str,
        /// Fingerprint of the call's types in the client's build.
        fingerprint: u64,
        /// The page that the call was made on.
        page: CallPage<'a>,
        /// The encoded message.
        body: &'a [u8],
    },
    /// `[1, id, page, fingerprint, url]`: requests the data of the next page.
    LoadPage {
        /// Id of the request, returned in the reply.
        id: RequestId,
        /// Name of the page: module path and type name.
        page: &'a str,
        /// Fingerprint of the page's types in the client's build.
        fingerprint: u64,
        /// Path and query of the page's URL.
        url: &'a str,
    },
    /// `[2]`: keeps the connection open, and checks that the server answers.
    Ping,
    /// `[3, id, page, fingerprint, url]`: tells the server which page the browser shows.
    ///
    /// The frame requests no data. After it, the server accepts calls that
    /// belong to this page, if the caller may see the page.
    PageShown {
        /// Id of the request, returned in the reply.
        id: RequestId,
        /// Name of the page: module path and type name.
        page: &'a str,
        /// Fingerprint of the page's types in the client's build.
        fingerprint: u64,
        /// Path and query of the page's URL.
        url: &'a str,
    },
}

/// A frame from server to client.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum ServerFrame<'a> {
    /// `[0, id, value]`: the `Ok` value of a handler, or the data of a page.
    Ok {
        /// Id of the request.
        id: RequestId,
        /// The encoded value.
        body: &'a [u8],
    },
    /// `[1, id, error]`: the `Err` value of a handler.
    Err {
        /// Id of the request.
        id: RequestId,
        /// The encoded error.
        body: &'a [u8],
    },
    /// `[2, id, code, detail]`: the server refused the request.
    Refused {
        /// Id of the request; 0 if the refusal answers no request.
        id: RequestId,
        /// The reason for the refusal.
        refusal: Refusal,
    },
    /// `[3]`: the reply to a ping.
    Pong,
}

/// The reason why a server refused a request.
#[derive(Debug, PartialEq, Eq, Clone)]
pub enum Refusal {
    /// The frame or its body is malformed.
    Malformed {
        /// The kind of the decode error.
        kind: DecodeErrorKind,
    },
    /// The server has no call or page of this name.
    Unknown,
    /// The fingerprints differ: client and server have different builds.
    Stale,
    /// The caller is not allowed to make this request.
    Denied,
    /// The caller has to sign in first.
    SignIn {
        /// URL of the sign-in page.
        url: String,
    },
    /// The call belongs to a page that the client does not show.
    OtherPage,
    /// The request has to be sent over HTTP, because its response may set cookies.
    OverHttp,
    /// The page or record does not exist.
    NotFound,
    /// The loader redirects to another URL.
    Redirect {
        /// Target of the redirect: a path of this app or a full URL.
        url: String,
    },
    /// The message or a file exceeds a limit of the server.
    TooLarge,
    /// Too many requests are in flight, or came in too short a time.
    Busy,
    /// The handler, the loader or the server failed.
    Internal {
        /// Id of the entry in the server's log that has the details.
        trace_id: String,
    },
}

/// The error of a malformed frame.
#[derive(Debug, PartialEq, Eq)]
pub struct MalformedFrame {
    /// Id of the request; 0 if the id could not be read.
    pub id: RequestId,
    /// The kind of the decode error.
    pub kind: DecodeErrorKind,
}

impl ClientFrame<'_> {
    /// Encodes the frame.
    pub fn to_bytes(&self) -> Vec<u8> {
        match *self {
            Self::Call { id, name, fingerprint, page, body } => array(6, 0, |to| {
                to.uint(id.into());
                to.text(name);
                to.uint(fingerprint);
                page.write(to);
                to.raw(body);
            }),
            Self::LoadPage { id, page, fingerprint, url } => {
                page_frame(1, id, page, fingerprint, url)
            }
            Self::Ping => array(1, 2, |_| {}),
            Self::PageShown { id, page, fingerprint, url } => {
                page_frame(3, id, page, fingerprint, url)
            }
        }
    }
}

fn page_frame(kind: u64, id: RequestId, page: &str, fingerprint: u64, url: &str) -> Vec<u8> {
    array(5, kind, |to| {
        to.uint(id.into());
        to.text(page);
        to.uint(fingerprint);
        to.text(url);
    })
}

impl<'a> ClientFrame<'a> {
    /// Parses a frame. The body of a call is not decoded.
    pub fn read(bytes: &'a [u8]) -> Result<Self, MalformedFrame> {
        read(bytes, |from, request_id| match from {
            (6, 0, from) => Ok(Self::Call {
                id: request(from, request_id)?,
                name: from.text()?,
                fingerprint: from.uint()?,
                page: CallPage::read(from)?,
                body: body(from)?,
            }),
            (5, 1, from) => Ok(Self::LoadPage {
                id: request(from, request_id)?,
                page: from.text()?,
                fingerprint: from.uint()?,
                url: from.text()?,
            }),
            (1, 2, _) => Ok(Self::Ping),
            (5, 3, from) => Ok(Self::PageShown {
                id: request(from, request_id)?,
                page: from.text()?,
                fingerprint: from.uint()?,
                url: from.text()?,
            }),
            (_, kind, from) => Err(unknown(kind, 3, from)),
        })
    }
}

impl ServerFrame<'_> {
    /// Encodes the result of a handler as an `Ok` or `Err` frame, without a copy of the body.
    pub fn answer<T: Wire, E: Wire>(
        id: RequestId,
        answer: &Result<T, E>,
    ) -> Result<Vec<u8>, EncodeError> {
        let mut to = Writer::default();
        to.list_len(3);
        to.uint(answer.is_err().into());
        to.uint(id.into());
        match answer {
            Ok(value) => value.write(&mut to),
            Err(error) => error.write(&mut to),
        }
        to.finish()
    }

    /// Encodes the frame.
    pub fn to_bytes(&self) -> Vec<u8> {
        let reply = |kind, id: &RequestId, body: &[u8]| {
            array(3, kind, |to| {
                to.uint((*id).into());
                to.raw(body);
            })
        };
        match self {
            Self::Ok { id, body } => reply(0, id, body),
            Self::Err { id, body } => reply(1, id, body),
            Self::Refused { id, refusal } => array(4, 2, |to| {
                to.uint((*id).into());
                to.text(refusal.code());
                to.text(refusal.detail());
            }),
            Self::Pong => array(1, 3, |_| {}),
        }
    }
}

impl<'a> ServerFrame<'a> {
    /// Parses a frame. The body of a reply is not decoded.
    pub fn read(bytes: &'a [u8]) -> Result<Self, MalformedFrame> {
        read(bytes, |from, request_id| match from {
            (3, 0, from) => Ok(Self::Ok { id: request(from, request_id)?, body: body(from)? }),
            (3, 1, from) => Ok(Self::Err { id: request(from, request_id)?, body: body(from)? }),
            (4, 2, from) => {
                *request_id = from.uint()?;
                let (code, detail) = (from.text()?, from.text()?);
                let refusal = Refusal::from_code(code, detail);
                let refusal = refusal.ok_or_else(|| from.error(DecodeErrorKind::UnknownVariant))?;
                Ok(Self::Refused { id: *request_id, refusal })
            }
            (1, 3, _) => Ok(Self::Pong),
            (_, kind, from) => Err(unknown(kind, 3, from)),
        })
    }
}

/// Encodes a frame or flags: an array of `len` elements, of which the first is
/// `kind`. `parts` writes the other elements, and their encoding must not fail.
pub(crate) fn array(len: usize, kind: u64, parts: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut to = Writer::default();
    to.list_len(len);
    to.uint(kind);
    parts(&mut to);
    to.finish().unwrap_or_default()
}

/// Parses a frame. `parts` stores the request id when it has read the id, so
/// that a later error contains the id.
fn read<'a, T>(
    bytes: &'a [u8],
    parts: impl FnOnce((usize, u8, &mut Reader<'a>), &mut RequestId) -> Result<T, DecodeError>,
) -> Result<T, MalformedFrame> {
    let mut id = 0;
    let mut from = Reader::new(bytes, &DecodeLimits::NONE);
    let read = start(&mut from)
        .and_then(|(len, kind)| parts((len, kind, &mut from), &mut id))
        .and_then(|frame| from.end().map(|()| frame));
    read.map_err(|error| MalformedFrame { id, kind: error.kind() })
}

/// Parses the length and kind of a frame or flags.
pub(crate) fn start(from: &mut Reader<'_>) -> Result<(usize, u8), DecodeError> {
    let len = from.list_len()?;
    // A kind above 255 becomes 255, which is also an unknown kind.
    Ok((len, from.uint::<u64>()?.try_into().unwrap_or(u8::MAX)))
}

fn request(from: &mut Reader<'_>, id: &mut RequestId) -> Result<RequestId, DecodeError> {
    *id = request_id(from)?;
    Ok(*id)
}

fn request_id(from: &mut Reader<'_>) -> Result<RequestId, DecodeError> {
    match from.uint() {
        Ok(id @ 1..) => Ok(id),
        Err(error) if error.kind() == DecodeErrorKind::Truncated => Err(error),
        _ => Err(from.error(DecodeErrorKind::RequestId)),
    }
}

/// Returns the rest of the bytes: the encoded last element. The caller decodes it later, which
/// checks that it is exactly one value.
pub(crate) fn body<'a>(from: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    match from.take_rest() {
        [] => Err(from.error(DecodeErrorKind::Truncated)),
        body => Ok(body),
    }
}

/// Returns the error of a frame that has an unknown kind or a wrong number of elements.
fn unknown(kind: u8, last: u8, from: &Reader<'_>) -> DecodeError {
    from.error(if kind > last { DecodeErrorKind::UnknownKind } else { DecodeErrorKind::WrongType })
}

impl Refusal {
    /// Returns the code of the refusal on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::SignIn { .. } => "sign_in",
            Self::OtherPage => "other_page",
            Self::OverHttp => "over_http",
            Self::NotFound => "not_found",
            Self::Redirect { .. } => "redirect",
            Self::TooLarge => "too_large",
            Self::Busy => "busy",
            Self::Internal { .. } => "internal",
        }
    }

    fn detail(&self) -> &str {
        match self {
            Self::Malformed { kind } => kind.code(),
            Self::Redirect { url } | Self::SignIn { url } => url,
            Self::Internal { trace_id } => trace_id,
            _ => "",
        }
    }

    fn from_code(code: &str, detail: &str) -> Option<Self> {
        Some(match code {
            "malformed" => Self::Malformed { kind: DecodeErrorKind::from_code(detail) },
            "unknown" => Self::Unknown,
            "stale" => Self::Stale,
            "denied" => Self::Denied,
            "sign_in" => Self::SignIn { url: detail.to_owned() },
            "other_page" => Self::OtherPage,
            "over_http" => Self::OverHttp,
            "not_found" => Self::NotFound,
            "redirect" => Self::Redirect { url: detail.to_owned() },
            "too_large" => Self::TooLarge,
            "busy" => Self::Busy,
            "internal" => Self::Internal { trace_id: detail.to_owned() },
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed { kind } => {
                return write!(f, "the server could not read the request: {kind}");
            }
            Self::Unknown => "the server has no call or page of this name",
            Self::Stale => "the server runs another version of the app",
            Self::Denied => "the caller is not allowed to do this",
            Self::SignIn { .. } => "the caller is not signed in",
            Self::OtherPage => "the call belongs to another page than the current one",
            Self::OverHttp => "the request has to be sent over HTTP",
            Self::NotFound => "the page or record does not exist",
            Self::Redirect { .. } => "the page redirects to another URL",
            Self::TooLarge => "the message or a file exceeds a limit of the server",
            Self::Busy => "too many requests at once",
            Self::Internal { .. } => "the server failed",
        })
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
        let page = CallPage::Shown(3);
        let call = ClientFrame::Call { id: 1, name: "a::B", fingerprint: 300, page, body: &[0xc0] };
        client(&call, b"\x96\x00\x01\xa4a::B\xcd\x01\x2c\x03\xc0");
        let load = ClientFrame::LoadPage { id: 2, page: "P", fingerprint: 7, url: "/?a" };
        client(&load, b"\x95\x01\x02\xa1P\x07\xa3/?a");
        client(&ClientFrame::Ping, b"\x91\x02");
        let shown = ClientFrame::PageShown { id: 3, page: "P", fingerprint: 7, url: "/" };
        client(&shown, b"\x95\x03\x03\xa1P\x07\xa1/");
    }

    #[test]
    fn the_bytes_of_every_server_frame() {
        server(&ServerFrame::Ok { id: 1, body: &[5] }, b"\x93\x00\x01\x05");
        server(&ServerFrame::Err { id: 1, body: &[0xc3] }, b"\x93\x01\x01\xc3");
        server(&ServerFrame::Pong, b"\x91\x03");
    }

    #[test]
    fn the_bytes_of_every_refusal() {
        let refused =
            |id, refusal, bytes: &[u8]| server(&ServerFrame::Refused { id, refusal }, bytes);
        let kind = DecodeErrorKind::Text;
        refused(0, Refusal::Malformed { kind }, b"\x94\x02\x00\xa9malformed\xa4text");
        refused(9, Refusal::Unknown, b"\x94\x02\x09\xa7unknown\xa0");
        refused(9, Refusal::Stale, b"\x94\x02\x09\xa5stale\xa0");
        refused(9, Refusal::Denied, b"\x94\x02\x09\xa6denied\xa0");
        let url = "/in".to_owned();
        refused(9, Refusal::SignIn { url }, b"\x94\x02\x09\xa7sign_in\xa3/in");
        refused(9, Refusal::OtherPage, b"\x94\x02\x09\xaaother_page\xa0");
        refused(9, Refusal::OverHttp, b"\x94\x02\x09\xa9over_http\xa0");
        refused(9, Refusal::NotFound, b"\x94\x02\x09\xa9not_found\xa0");
        let url = "/in".to_owned();
        refused(9, Refusal::Redirect { url }, b"\x94\x02\x09\xa8redirect\xa3/in");
        refused(0, Refusal::TooLarge, b"\x94\x02\x00\xa9too_large\xa0");
        refused(9, Refusal::Busy, b"\x94\x02\x09\xa4busy\xa0");
        let trace_id = "1-2".to_owned();
        refused(9, Refusal::Internal { trace_id }, b"\x94\x02\x09\xa8internal\xa31-2");
        let unknown = b"\x94\x02\x09\xa4gone\xa0";
        let malformed = MalformedFrame { id: 9, kind: DecodeErrorKind::UnknownVariant };
        assert_eq!(ServerFrame::read(unknown), Err(malformed), "the id is still read");
    }

    #[test]
    fn an_answer_is_written_into_its_frame() {
        let bytes = ServerFrame::answer::<_, u8>(7, &Ok("a".to_owned())).unwrap();
        server(&ServerFrame::Ok { id: 7, body: b"\xa1a" }, &bytes);
        let bytes = ServerFrame::answer::<u8, _>(300, &Err(false)).unwrap();
        server(&ServerFrame::Err { id: 300, body: b"\xc2" }, &bytes);
    }

    #[track_caller]
    fn malformed(bytes: &[u8], id: RequestId, kind: DecodeErrorKind) {
        assert_eq!(ClientFrame::read(bytes), Err(MalformedFrame { id, kind }));
    }

    #[test]
    fn a_malformed_frame_has_its_error_kind_and_its_id_if_that_could_be_read() {
        malformed(b"", 0, DecodeErrorKind::Truncated);
        malformed(b"\xc0", 0, DecodeErrorKind::WrongType);
        malformed(b"\x91\xa1a", 0, DecodeErrorKind::WrongType);
        malformed(b"\x91\x04", 0, DecodeErrorKind::UnknownKind);
        malformed(b"\x91\xcd\x01\x00", 0, DecodeErrorKind::UnknownKind);
        malformed(b"\x91\x00", 0, DecodeErrorKind::WrongType);
        malformed(b"\x91\x02\x00", 0, DecodeErrorKind::Trailing);
        malformed(b"\x96\x00\x00\xa1a\x01\xc0\xc0", 0, DecodeErrorKind::RequestId);
        malformed(b"\x96\x00\xff\xa1a\x01\xc0\xc0", 0, DecodeErrorKind::RequestId);
        let too_large = b"\x96\x00\xcf\x00\x00\x00\x01\x00\x00\x00\x00\xa1a\x01\xc0\xc0";
        malformed(too_large, 0, DecodeErrorKind::RequestId);
        malformed(b"\x96\x00\x07\xa4a\x01\xc0", 7, DecodeErrorKind::Truncated);
        malformed(b"\x96\x00\x07\xa1\xff\x01\xc0\xc0", 7, DecodeErrorKind::InvalidUtf8);
        malformed(b"\x96\x00\x07\x01\x01\xc0\xc0", 7, DecodeErrorKind::WrongType);
        malformed(b"\x96\x00\x07\xa1a\xff\xc0\xc0", 7, DecodeErrorKind::OutOfRange);
        malformed(b"\x96\x00\x07\xa1a\x01\xc0", 7, DecodeErrorKind::Truncated);
        // The list claims 4 billion values: nothing is allocated for them.
        malformed(b"\xdd\xff\xff\xff\xff\x00", 0, DecodeErrorKind::WrongType);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_malformed(bytes: Vec<u8>) {
            let _ = ClientFrame::read(&bytes);
            let _ = ServerFrame::read(&bytes);
        }
    }
}

//! The page that a call was made on.

use super::{DecodeError, Reader, RequestId, Writer};

/// The page that a call was made on.
///
/// A call with the access rule `page` concerns the record of its page. The client names the page in
/// the call, because the page that the server has admitted last may be another one.
#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub enum CallPage<'a> {
    /// The call names no page.
    #[default]
    None,
    /// On a socket: the page of the `PageShown` frame with this id.
    Shown(RequestId),
    /// Over HTTP, where there is no `PageShown`: path and query of the page's URL.
    At(&'a str),
}

impl CallPage<'_> {
    pub(super) fn write(self, to: &mut Writer) {
        match self {
            Self::None => to.nil(),
            Self::Shown(id) => to.uint(id.into()),
            Self::At(url) => to.text(url),
        }
    }
}

impl<'a> CallPage<'a> {
    pub(super) fn read(from: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if from.is_nil() {
            Ok(Self::None)
        } else if from.is_text() {
            from.text().map(Self::At)
        } else {
            super::request_id(from).map(Self::Shown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClientFrame, MalformedFrame};
    use super::*;
    use crate::codec::DecodeErrorKind;

    #[track_caller]
    fn check(page: CallPage<'_>, bytes: &[u8]) {
        let call = ClientFrame::Call { id: 1, name: "B", fingerprint: 3, page, body: b"\xc0" };
        let frame = [b"\x96\x00\x01\xa1B\x03", bytes, b"\xc0"].concat();
        assert_eq!(call.to_bytes(), frame);
        assert_eq!(ClientFrame::read(&frame), Ok(call));
    }

    #[test]
    fn a_page_is_nil_or_an_id_or_a_url() {
        check(CallPage::None, b"\xc0");
        check(CallPage::Shown(7), b"\x07");
        check(CallPage::Shown(300), b"\xcd\x01\x2c");
        check(CallPage::At("/a?b"), b"\xa4/a?b");
        check(CallPage::At(&"x".repeat(40)), &[b"\xd9\x28", &[b'x'; 40][..]].concat());
    }

    #[test]
    fn another_page_is_malformed_and_the_id_of_the_call_is_still_read() {
        for (bytes, kind) in [
            (&b"\x00"[..], DecodeErrorKind::RequestId),
            (b"\xff", DecodeErrorKind::RequestId),
            (b"\xc3", DecodeErrorKind::RequestId),
            (b"\xa1\xff", DecodeErrorKind::InvalidUtf8),
            (b"", DecodeErrorKind::Truncated),
        ] {
            let frame = [b"\x96\x00\x01\xa1B\x03", bytes].concat();
            assert_eq!(ClientFrame::read(&frame), Err(MalformedFrame { id: 1, kind }), "{bytes:?}");
        }
    }
}

//! The MessagePack values that frames and flags are made of.

use rmp::{decode, encode};

use super::RequestId;

#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

/// Writing into a `Vec` cannot fail, so the results say nothing.
impl Writer {
    pub(crate) fn start(&mut self, len: u32, kind: u64) {
        let _ = encode::write_array_len(&mut self.0, len);
        self.uint(kind);
    }

    pub(crate) fn uint(&mut self, value: u64) {
        let _ = encode::write_uint(&mut self.0, value);
    }

    pub(crate) fn text(&mut self, value: &str) {
        let _ = encode::write_str(&mut self.0, value);
    }
}

/// What is left of the bytes, and the request they were found to be about.
pub(crate) struct Reader<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) id: RequestId,
}

impl<'a> Reader<'a> {
    pub(crate) fn start(&mut self) -> Option<(u32, u8)> {
        Some((decode::read_array_len(&mut self.rest).ok()?, self.uint()?))
    }

    /// The id of a request, which is never 0.
    pub(crate) fn request(&mut self) -> Option<RequestId> {
        self.id = self.uint()?;
        (self.id != 0).then_some(self.id)
    }

    pub(crate) fn uint<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let value: u64 = decode::read_int(&mut self.rest).ok()?;
        value.try_into().ok()
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = decode::read_str_from_slice(self.rest).ok()?;
        self.rest = rest;
        Some(text)
    }

    /// The last element: all that is left. Whether it is exactly one value is
    /// found out when it is decoded.
    pub(crate) fn body(&mut self) -> Option<&'a [u8]> {
        (!self.rest.is_empty()).then(|| std::mem::take(&mut self.rest))
    }
}

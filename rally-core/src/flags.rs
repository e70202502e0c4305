//! Flags: what the server embeds so that the browser can take over a page.

use crate::frame::{Reader, Writer};

/// The id of the data block that holds the flags, as base64 of their bytes.
pub const ELEMENT_ID: &str = "rally-flags";

/// What a rendered document says about itself.
#[derive(Debug, PartialEq, Eq)]
pub enum Flags<'a> {
    /// `[1, page, fingerprint, model]`: a page and its model.
    Page {
        /// The page's name: module path and type name.
        page: &'a str,
        /// The fingerprint of its model.
        fingerprint: u64,
        /// The model, encoded.
        model: &'a [u8],
    },
    /// `[0]`: a document without a page to take over, such as an error page.
    Static,
}

impl Flags<'_> {
    /// Writes the flags.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut flags = Writer::default();
        match self {
            Self::Static => flags.start(1, 0),
            Self::Page { page, fingerprint, model } => {
                flags.start(4, 1);
                flags.text(page);
                flags.uint(*fingerprint);
                flags.0.extend_from_slice(model);
            }
        }
        flags.0
    }
}

impl<'a> Flags<'a> {
    /// Reads flags; `None` when the bytes are none. The browser then loads the
    /// page anew.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut flags = Reader { rest: bytes, id: 0 };
        let read = match flags.start()? {
            (1, 0) => Self::Static,
            (4, 1) => {
                Self::Page { page: flags.text()?, fingerprint: flags.uint()?, model: flags.body()? }
            }
            _ => return None,
        };
        flags.rest.is_empty().then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_back_and_anything_else_is_none() {
        let page = Flags::Page { page: "a::B", fingerprint: u64::MAX, model: &[0xc3] };
        for flags in [page, Flags::Static] {
            let bytes = flags.to_bytes();
            assert_eq!(Flags::read(&bytes), Some(flags));
            (0..bytes.len()).for_each(|end| assert_eq!(Flags::read(&bytes[..end]), None));
        }
    }
}

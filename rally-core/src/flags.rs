//! Flags: the data that the server embeds in a document for hydration.

use crate::codec::{DecodeError, DecodeLimits, Reader};
use crate::frame::{array, body, start};

pub mod text;

/// Id of the `<script>` element that holds the flags, as [`text`].
pub const ELEMENT_ID: &str = "rally-flags";

/// The flags of a rendered document.
#[derive(Debug, PartialEq, Eq)]
pub enum Flags<'a> {
    /// `[1, page, fingerprint, max_frame, context, layout, model]`: a page to hydrate.
    Page {
        /// The page's name: module path and type name.
        page: &'a str,
        /// The page's fingerprint.
        fingerprint: u64,
        /// Maximum size of a frame that the server accepts, in bytes.
        max_frame: u32,
        /// The client context, encoded.
        context: &'a [u8],
        /// The layout's model, encoded; nil for a page without a layout.
        layout: &'a [u8],
        /// The page's model, encoded.
        model: &'a [u8],
    },
    /// `[0]`: a document without a page to hydrate, such as an error page.
    Static,
}

impl Flags<'_> {
    /// Encodes the flags.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Static => array(1, 0, |_| {}),
            Self::Page { page, fingerprint, max_frame, context, layout, model } => {
                array(7, 1, |to| {
                    to.text(page);
                    to.uint(*fingerprint);
                    to.uint((*max_frame).into());
                    to.raw(context);
                    to.raw(layout);
                    to.raw(model);
                })
            }
        }
    }
}

impl<'a> Flags<'a> {
    /// Parses flags. Returns `None` if the bytes are not valid flags.
    ///
    /// Without valid flags, the browser cannot hydrate the document, and loads
    /// the page from the server as in a navigation.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::parts(&mut Reader::new(bytes, &DecodeLimits::NONE)).ok().flatten()
    }

    fn parts(from: &mut Reader<'a>) -> Result<Option<Self>, DecodeError> {
        let flags = match start(from)? {
            (1, 0) => Self::Static,
            (7, 1) => Self::Page {
                page: from.text()?,
                fingerprint: from.uint()?,
                max_frame: from.uint()?,
                context: from.any()?,
                layout: from.any()?,
                model: body(from)?,
            },
            _ => return Ok(None),
        };
        from.end()?;
        Ok(Some(flags))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_encoding_and_truncated_flags_are_none() {
        let page = Flags::Page {
            page: "a::B",
            fingerprint: u64::MAX,
            max_frame: 9,
            context: b"\x93\xa1/\xa2en\xc2",
            layout: &[0xc0],
            model: &[0xc3],
        };
        for flags in [page, Flags::Static] {
            let bytes = flags.to_bytes();
            assert_eq!(Flags::read(&bytes), Some(flags));
            (0..bytes.len()).for_each(|end| assert_eq!(Flags::read(&bytes[..end]), None));
        }
    }
}

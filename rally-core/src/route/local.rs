//! Paths of this app: where a redirect may lead.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::wire::{Shape, Wire, hash};

/// What a header or an attribute cannot hold; `%` is kept, since what is
/// escaped already stays so.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`');

/// A URL of this app: a path with its query, as for the `return_to` of a sign-in
/// page, where a link may have written anything.
///
/// It begins with `/` and leads to no other origin, however a browser reads it.
/// As a `#[query]` field a page with a wrong one is not found; an
/// `Option<LocalPath>` with `#[query(default)]` is `None`.
///
/// ```
/// use rally_core::route::LocalPath;
///
/// let path: LocalPath = "/orders/7?tab=items".parse()?;
/// assert_eq!(path.as_str(), "/orders/7?tab=items");
///
/// assert!("//evil.example".parse::<LocalPath>().is_err());
/// assert!("/\\evil.example".parse::<LocalPath>().is_err());
/// assert!("https://evil.example".parse::<LocalPath>().is_err());
/// # Ok::<_, rally_core::route::NotLocal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPath(String);

impl LocalPath {
    /// The URL, in ASCII.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `/`
impl Default for LocalPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

/// A text is no [`LocalPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotLocal;

impl fmt::Display for NotLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a path of this app begins with one `/`, and has no `\\` and no control character",
        )
    }
}

impl std::error::Error for NotLocal {}

impl FromStr for LocalPath {
    type Err = NotLocal;

    fn from_str(text: &str) -> Result<Self, NotLocal> {
        // Browsers drop tabs and line ends wherever they are, and read `\` as
        // `/`: `/<tab>/host` and `/\host` are other origins to them.
        let is_trick = |c: char| c == '\\' || c.is_control();
        if !text.starts_with('/') || text.starts_with("//") || text.contains(is_trick) {
            return Err(NotLocal);
        }
        Ok(Self(Cow::from(utf8_percent_encode(text, ESCAPED)).into_owned()))
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for LocalPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<LocalPath> for String {
    fn from(path: LocalPath) -> Self {
        path.0
    }
}

/// Travels as its text, and is checked where it arrives.
impl Wire for LocalPath {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("LocalPath") });
    }

    fn write(&self, to: &mut Writer) {
        to.text(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.text()?.parse().map_err(|NotLocal| from.error(DecodeErrorKind::Invalid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let path = text.parse::<LocalPath>();
        assert_eq!(path.as_ref().ok().map(LocalPath::as_str), expected, "{text:?}");
        let travelled = codec::decode::<LocalPath>(&codec::encode(&text.to_owned()).unwrap());
        assert_eq!(travelled.ok(), path.ok(), "{text:?}");
    }

    #[test]
    fn paths_of_this_app() {
        for text in
            ["/", "/a", "/a/b?c=d&e=%2F", "/a#b", "/a//b", "/?next=//evil.example", "/a:b@c"]
        {
            check(text, Some(text));
        }
    }

    #[test]
    fn nothing_leads_to_another_origin() {
        for text in [
            "",
            "a",
            "?a",
            "#a",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil",
            "/a\\b",
            "https://evil.example",
            "https:/evil",
            "javascript:alert(1)",
            " /a",
            " //evil",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil",
            "/\r/evil",
            "/\0/evil",
            "/a\u{7f}",
            "/a\u{85}b",
            "/a\r\nset-cookie: b=c",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_comes_out_fits_a_header_and_an_attribute() {
        check("/caf\u{e9}?a= \"<b>`", Some("/caf%C3%A9?a=%20%22%3Cb%3E%60"));
        check("/caf%C3%A9", Some("/caf%C3%A9"));
    }
}

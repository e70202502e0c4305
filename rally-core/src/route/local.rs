//! Paths of this app, as safe targets of redirects.

use std::fmt;
use std::str::FromStr;

use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::percent::escape;
use crate::wire::{Shape, Wire, hash};

/// A URL of this app: path, query and fragment, without an origin.
///
/// Use this type for URLs from outside, such as the `return_to` of a sign-in
/// page. The URL begins with `/`, and does not lead browsers to another origin.
///
/// If a `#[query]` field of this type has an invalid path, the response has
/// status 404. With `#[query(default)]`, a field of type `Option<LocalPath>` is
/// `None` instead.
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
/// # Ok::<_, rally_core::route::LocalPathError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalPath(String);

impl LocalPath {
    /// Returns the URL.
    ///
    /// Spaces, the characters `"`, `<`, `>` and `` ` ``, and characters that are
    /// not ASCII are percent-encoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for LocalPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

/// The error of a text that is not a [`LocalPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalPathError;

impl fmt::Display for LocalPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not a path of this app: a path must begin with exactly one `/`, and contain neither \
             `\\` nor control characters",
        )
    }
}

impl std::error::Error for LocalPathError {}

impl FromStr for LocalPath {
    type Err = LocalPathError;

    fn from_str(text: &str) -> Result<Self, LocalPathError> {
        // Browsers remove tabs and line breaks anywhere, and read `\` as `/`. So
        // they read both `/<tab>/host` and `/\host` as `//host`, another origin.
        let is_unsafe = |c: char| c == '\\' || c.is_control();
        if !text.starts_with('/') || text.starts_with("//") || text.contains(is_unsafe) {
            return Err(LocalPathError);
        }
        let mut path = String::with_capacity(text.len());
        escape(text, is_safe, &mut path);
        Ok(Self(path))
    }
}

/// Returns `false` for characters that are unsafe in headers or attributes. `%` is safe, so that
/// escapes in the text are kept.
fn is_safe(byte: u8) -> bool {
    !byte.is_ascii_control() && !b" \"<>`".contains(&byte)
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

/// The path is encoded as its text. Decoding checks the text again.
impl Wire for LocalPath {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("LocalPath") });
    }

    fn write(&self, to: &mut Writer) {
        to.text(&self.0);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.text()?.parse().map_err(|LocalPathError| from.error(DecodeErrorKind::Invalid))
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
        let decoded = codec::decode::<LocalPath>(&codec::encode(&text.to_owned()).unwrap());
        assert_eq!(decoded.ok(), path.ok(), "{text:?}");
    }

    #[test]
    fn paths_of_this_app_are_accepted() {
        for text in
            ["/", "/a", "/a/b?c=d&e=%2F", "/a#b", "/a//b", "/?next=//evil.example", "/a:b@c"]
        {
            check(text, Some(text));
        }
    }

    #[test]
    fn paths_to_another_origin_are_refused() {
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
    fn characters_unsafe_in_headers_and_attributes_are_escaped() {
        check("/caf\u{e9}?a= \"<b>`", Some("/caf%C3%A9?a=%20%22%3Cb%3E%60"));
        check("/caf%C3%A9", Some("/caf%C3%A9"));
    }
}

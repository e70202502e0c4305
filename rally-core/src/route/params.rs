//! The parameters of a URL: path parameters and query fields, by name.

use std::fmt::Display;
use std::str::FromStr;

use super::query::{FromQuery, Query};

/// The decoded parameters of a URL.
///
/// ```
/// use rally_core::route::Params;
///
/// let mut params = Params::default();
/// params.set_path("name", "a/b");
/// params.set_query("tab", &Some("new".to_owned()));
/// assert_eq!(params.to_url("/tags/:name"), "/tags/a%2Fb?tab=new");
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Params {
    path: Vec<(&'static str, String)>,
    query: Query,
}

impl Params {
    /// Makes the parameters of a URL from its path parameters and its encoded query string.
    pub fn new(path: Vec<(&'static str, String)>, query: &str) -> Self {
        Self { path, query: Query::parse(query) }
    }

    /// Returns a path parameter; `None` if it is absent or cannot be parsed.
    pub fn path<T: FromStr>(&self, name: &str) -> Option<T> {
        let (_, value) = self.path.iter().find(|(known, _)| *known == name)?;
        value.parse().ok()
    }

    /// Returns a query field: a value, an `Option` or a `Vec`.
    ///
    /// Returns `None` if the field cannot be parsed, or if a required field is
    /// absent.
    pub fn query<T: FromQuery<Kind>, Kind>(&self, name: &str) -> Option<T> {
        T::from_query(&self.query.all(name))
    }

    /// Sets a path parameter.
    pub fn set_path<T: Display + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.path.push((name, value.to_string()));
    }

    /// Sets a query field. For `None` or an empty list, the URL does not contain the field.
    pub fn set_query<T: FromQuery<Kind>, Kind>(&mut self, name: &'static str, value: &T) {
        value.to_query(&mut |value| self.query.push(name, value));
    }

    /// Returns the URL: the pattern with its parameters filled in, and the query.
    pub fn to_url(&self, pattern: &str) -> String {
        let mut url = String::new();
        for segment in pattern.split('/').skip(1) {
            url.push('/');
            match segment.strip_prefix(':') {
                None => url.push_str(segment),
                Some(name) => {
                    let value = self.path.iter().find(|(known, _)| *known == name);
                    value.into_iter().for_each(|(_, value)| escape(value, &mut url));
                }
            }
        }
        // If the first segment is an empty parameter, the URL begins with `//`.
        // Browsers would read the next segment as the host.
        if url.starts_with("//") {
            url.insert_str(0, "/.");
        }
        self.query.write(&mut url);
        url
    }
}

/// Appends a text with percent escapes for all but the unreserved characters of RFC 3986, so that a
/// value cannot end its segment or query field.
// The crate percent-encoding has a table of all escapes, which every browser would load.
pub(super) fn escape(text: &str, url: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(byte.into());
        } else {
            let digit = |value: u8| b"0123456789ABCDEF"[usize::from(value)].into();
            url.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

/// Decodes percent escapes. If the result is not UTF-8, the text is returned unchanged.
pub(super) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => digit(*high).zip(digit(*low)),
            _ => None,
        };
        let (byte, after) = match escaped {
            Some((high, low)) => (high << 4 | low, &after[2..]),
            None => (*first, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    const ESCAPED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

    proptest! {
        #[test]
        fn texts_are_escaped_as_by_the_crate_percent_encoding(text: String) {
            let mut escaped = String::new();
            escape(&text, &mut escaped);
            prop_assert_eq!(&escaped, &utf8_percent_encode(&text, ESCAPED).to_string());
            prop_assert_eq!(unescape(&escaped), text);
        }

        #[test]
        fn texts_are_decoded_as_by_the_crate_percent_encoding(text in "(%?[0-9a-gA-G\u{e9}]?){0,9}") {
            let decoded = percent_decode_str(&text).decode_utf8();
            prop_assert_eq!(unescape(&text), decoded.unwrap_or_else(|_| (&*text).into()));
        }
    }
}

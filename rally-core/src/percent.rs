//! Percent escapes in URLs and names.
//!
//! The crate percent-encoding has a table of all escapes, which every browser would load.

/// Appends a text with percent escapes for all but the ASCII characters that `is_kept` accepts.
pub(crate) fn escape(text: &str, is_kept: fn(u8) -> bool, to: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii() && is_kept(byte) {
            to.push(byte.into());
        } else {
            to.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
}

/// Returns `true` for the unreserved characters of RFC 3986: a text of them ends neither its segment
/// nor its query field.
pub(crate) fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Decodes percent escapes. If the result is not UTF-8, the text is returned unchanged.
pub(crate) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match rest {
            [b'%', high, low, ..] => value_of(*high).zip(value_of(*low)),
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

fn hex(value: u8) -> char {
    b"0123456789ABCDEF"[usize::from(value)].into()
}

fn value_of(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).map(|value| value as u8)
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
            escape(&text, is_unreserved, &mut escaped);
            prop_assert_eq!(&escaped, &utf8_percent_encode(&text, ESCAPED).to_string());
            prop_assert_eq!(unescape(&escaped), text);
        }

        #[test]
        fn texts_are_decoded_as_by_the_crate_percent_encoding(text in "(%?[0-9a-gA-G\u{e9}]?){0,9}") {
            let decoded = percent_decode_str(&text).decode_utf8();
            prop_assert_eq!(unescape(&text), decoded.unwrap_or_else(|_| (&*text).into()));
        }
    }

    #[test]
    fn characters_that_are_not_ascii_are_escaped() {
        let mut escaped = String::new();
        escape("\u{fc}", |_| true, &mut escaped);
        assert_eq!(escaped, "%C3%BC");
    }
}

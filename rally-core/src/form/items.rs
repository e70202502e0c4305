//! Texts, numbers and files as values of a form.

use std::str::FromStr;

use super::reader::Given;
use super::writer::FormWriter;
use super::{FieldError, File, FormItem, Kind, Rules};
use crate::route::LocalPath;

impl FormItem for String {
    const KIND: Kind = Kind::Text;
    const TRIMS: bool = false;

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_text(&self) -> String {
        self.clone()
    }

    fn check(&self, rules: &Rules) -> Result<(), FieldError> {
        check_text(self, rules)
    }
}

/// Checks length and format of a text.
fn check_text(text: &str, rules: &Rules) -> Result<(), FieldError> {
    if text.is_empty() && rules.optional {
        return Ok(());
    }
    let length = text.chars().count();
    // A limit that is no number admits no text, so that a mistake is found at once.
    let limit = |limit: &str, or| limit.parse().unwrap_or(or);
    if let Some(min) = rules.min.map(|min| limit(min, usize::MAX)).filter(|min| length < *min) {
        return Err(FieldError::TooShort { min });
    }
    if let Some(max) = rules.max.map(|max| limit(max, 0)).filter(|max| length > *max) {
        return Err(FieldError::TooLong { max });
    }
    let expected = match rules.input {
        Some("email") if !is_email(text) => "an e-mail address",
        Some("url") if !is_web_address(text) => "a web address, such as https://example.com",
        _ => return Ok(()),
    };
    Err(FieldError::Invalid { expected: expected.to_owned() })
}

/// Returns `true` for a text that browsers accept as an e-mail address.
fn is_email(text: &str) -> bool {
    let is_local =
        |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_part)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
    })
}

/// Returns `true` for an address that may be shown as a link: no other scheme runs a script.
fn is_web_address(text: &str) -> bool {
    let is_http =
        |scheme: &str| text.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme));
    let rest = ["https://", "http://"].into_iter().find(|scheme| is_http(scheme));
    let rest = rest.and_then(|scheme| text.get(scheme.len()..));
    let is_odd = |letter: char| letter.is_whitespace() || letter.is_control();
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(is_odd))
}

/// Checks the limits of a value.
///
/// A limit that cannot be parsed admits no value, so that a mistake is found at once.
pub(super) fn check_range<T: FromStr + PartialOrd>(
    value: &T,
    rules: &Rules,
) -> Result<(), FieldError> {
    let is_within = |limit: Option<&str>, holds: fn(&T, &T) -> bool| {
        limit.is_none_or(|limit| limit.parse().is_ok_and(|limit| holds(value, &limit)))
    };
    if is_within(rules.min, T::ge) && is_within(rules.max, T::le) {
        return Ok(());
    }
    let text = |limit: Option<&'static str>| limit.map(str::to_owned);
    Err(FieldError::OutOfRange { min: text(rules.min), max: text(rules.max) })
}

/// Implements `FormItem` for types with `FromStr` and `Display`.
macro_rules! parsed {
    ($($type:ty),+: $kind:expr, $expected:literal, $is_valid:expr) => {$(
        impl FormItem for $type {
            const KIND: Kind = $kind;
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Option<Self> {
                let is_valid: fn(&$type) -> bool = $is_valid;
                text.parse().ok().filter(is_valid)
            }

            fn to_text(&self) -> String {
                self.to_string()
            }

            fn check(&self, rules: &Rules) -> Result<(), FieldError> {
                $crate::form::items::check_range(self, rules)
            }
        }
    )+};
}

parsed!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize:
    Kind::Number(true), "a whole number", |_| true);
parsed!(f32, f64: Kind::Number(false), "a number", |number| number.is_finite());

impl FormItem for char {
    const KIND: Kind = Kind::Text;
    const EXPECTED: &'static str = "one character";
    const TRIMS: bool = false;

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

/// A path of this app, such as the page to return to.
impl FormItem for LocalPath {
    const KIND: Kind = Kind::Text;

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> String {
        self.to_string()
    }
}

impl FormItem for File {
    const KIND: Kind = Kind::File;
    const EXPECTED: &'static str = "a file";

    fn from_text(_: &str) -> Option<Self> {
        None
    }

    fn to_text(&self) -> String {
        String::new()
    }

    fn read_given(given: Given<'_>) -> Option<Self> {
        match given {
            Given::Text(_) => None,
            Given::File(file) => Some(file.clone()),
        }
    }

    fn write_given(&self, to: &mut FormWriter) {
        to.file(self.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_that_of_browsers() {
        for text in ["a@b", "a.b+c@sub.example.com", "!#$@x-1.de"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@-b", "a@b-", "a@b..c", "\u{e9}@b"] {
            assert!(!is_email(text), "{text}");
        }
        assert!(!is_email(&format!("a@{}", "b".repeat(64))));
    }

    #[test]
    fn a_web_address_has_no_scheme_that_runs_scripts() {
        for text in ["http://a", "https://example.com/a?b#c", "HTTPS://a"] {
            assert!(is_web_address(text), "{text}");
        }
        for text in ["", "a", "javascript:alert(1)", "http://", "http:///a", "http://a b", "\u{e9}"]
        {
            assert!(!is_web_address(text), "{text}");
        }
    }
}

//! Query fields: required, optional or repeated.

use std::fmt::Display;
use std::str::FromStr;

use crate::percent::{escape, is_unreserved, unescape};

/// The decoded fields of a query string, in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Parses a query string such as `a=1&b=2`.
    ///
    /// A `+` is decoded as a space. A name without `=` has an empty value.
    pub fn parse(text: &str) -> Self {
        let decode = |part: &str| unescape(&part.replace('+', " "));
        let fields = text.split('&').filter(|field| !field.is_empty()).map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decode(name), decode(value))
        });
        Self(fields.collect())
    }

    /// Returns all values with this name, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| &**value).collect()
    }

    pub(super) fn push(&mut self, name: &str, value: &dyn Display) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    pub(super) fn write(&self, url: &mut String) {
        let mut separator = '?';
        for (name, value) in &self.0 {
            url.push(separator);
            escape(name, is_unreserved, url);
            url.push('=');
            escape(value, is_unreserved, url);
            separator = '&';
        }
    }
}

/// A type that a `#[query]` field can have.
///
/// The compiler infers `Kind`, which only distinguishes the implementations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a query field",
    note = "use `T`, `Option<T>` or `Vec<T>`, where `T` implements `FromStr` and `Display`"
)]
pub trait FromQuery<Kind>: Sized {
    /// Parses the field from all values of its name.
    ///
    /// Returns `None` if a value cannot be parsed, or if a required value is
    /// absent.
    fn from_query(values: &[&str]) -> Option<Self>;

    /// Calls `push` with each value of the field.
    fn to_query(&self, push: &mut dyn FnMut(&dyn Display));
}

/// The kind of a required field. If the URL has several values, the first is used.
pub struct One;
/// The kind of a field that may be absent.
pub struct Optional;
/// The kind of a field that may be repeated.
pub struct Many;

impl<T: FromStr + Display> FromQuery<One> for T {
    fn from_query(values: &[&str]) -> Option<Self> {
        values.first()?.parse().ok()
    }

    fn to_query(&self, push: &mut dyn FnMut(&dyn Display)) {
        push(self);
    }
}

impl<T: FromStr + Display> FromQuery<Optional> for Option<T> {
    fn from_query(values: &[&str]) -> Option<Self> {
        match values.first() {
            // A form with the method GET sends an empty text for a field that was left empty.
            None | Some(&"") => Some(None),
            Some(value) => value.parse().ok().map(Some),
        }
    }

    fn to_query(&self, push: &mut dyn FnMut(&dyn Display)) {
        self.iter().for_each(|value| push(value));
    }
}

impl<T: FromStr + Display> FromQuery<Many> for Vec<T> {
    fn from_query(values: &[&str]) -> Option<Self> {
        values.iter().map(|value| value.parse().ok()).collect()
    }

    fn to_query(&self, push: &mut dyn FnMut(&dyn Display)) {
        self.iter().for_each(|value| push(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromQuery<Kind> + PartialEq + std::fmt::Debug, Kind>(
        query: &str,
        expected: Option<T>,
    ) {
        assert_eq!(T::from_query(&Query::parse(query).all("a")), expected);
    }

    #[test]
    fn a_required_field_must_be_present_and_parse() {
        check::<i64, _>("a=1&a=2&b=3", Some(1));
        check::<i64, _>("b=3", None);
        check::<i64, _>("a=x", None);
    }

    #[test]
    fn an_optional_field_may_be_absent_but_must_parse() {
        check::<Option<i64>, _>("", Some(None));
        check::<Option<i64>, _>("a=1", Some(Some(1)));
        check::<Option<i64>, _>("a=x", None);
        check::<Option<i64>, _>("a=", Some(None));
        check::<Option<String>, _>("a", Some(None));
    }

    #[test]
    fn a_repeated_field_keeps_its_order() {
        check::<Vec<i64>, _>("a=2&b=0&a=1", Some(vec![2, 1]));
        check::<Vec<i64>, _>("", Some(vec![]));
        check::<Vec<i64>, _>("a=2&a=", None);
    }

    #[test]
    fn text_is_decoded() {
        check("a=%26+%C3%A9&", Some("& \u{e9}".to_owned()));
        check("a", Some(String::new()));
        check("a=%ff", Some("%ff".to_owned()));
    }
}

//! The parameters of a URL: path parameters and query fields, by name.

use std::fmt::Display;
use std::str::FromStr;

use super::query::{FromQuery, Query};
use crate::percent::{escape, is_unreserved};

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
                    value.into_iter().for_each(|(_, value)| escape(value, is_unreserved, &mut url));
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

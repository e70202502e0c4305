//! The response to a request.

use std::fmt;

use bytes::Bytes;
use hyper::header::{self, HeaderMap};
use hyper::{StatusCode, http};

/// The response to a request, with the complete body.
#[derive(Clone)]
pub struct Response {
    head: Head,
    body: Bytes,
}

#[derive(Clone)]
struct Head {
    status: StatusCode,
    headers: HeaderMap,
}

impl Response {
    pub(super) fn new(head: http::response::Parts, body: Bytes) -> Self {
        Self { head: Head { status: head.status, headers: head.headers }, body }
    }

    /// Returns the status code, which can be compared with a number.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns all headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// Returns the value of a header. If the header is repeated, returns the first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// Returns the header `Location`, which is the target of a redirect.
    pub fn location(&self) -> Option<&str> {
        self.header(header::LOCATION.as_str())
    }

    /// Returns the values of all `Set-Cookie` headers.
    pub fn cookies(&self) -> Vec<String> {
        let cookies = self.head.headers.get_all(header::SET_COOKIE);
        cookies.iter().map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()).collect()
    }

    /// Returns the body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body as text. Invalid UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the document without the data for hydration.
    ///
    /// This removes all comments, the attributes `data-node-hydration` and `data-rally-head`,
    /// and the encoded model.
    pub fn html(&self) -> String {
        let mut html = without(&self.text(), "<!--", "-->");
        html = without(&html, " data-node-hydration=\"", "\"").replace(" data-rally-head", "");
        without(&html, "<script type=\"application/rally\"", "</script>")
    }
}

/// Removes each part of a text from `begin` to the next `end`.
fn without(text: &str, begin: &str, end: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(begin) {
        kept.push_str(before);
        rest = after.split_once(end).map_or("", |(_, after)| after);
    }
    kept + rest
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.head.status)?;
        for (name, value) in &self.head.headers {
            writeln!(f, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        write!(f, "\n{}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_between_begin_and_end_is_removed() {
        let text = "<p data-node-hydration=\"1\"><!--node-id2-->a<!--#--></p>";
        assert_eq!(without(&without(text, "<!--", "-->"), " data-node", ">"), "<pa</p>");
        assert_eq!(without("a<!--b", "<!--", "-->"), "a");
    }
}

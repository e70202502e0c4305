//! What a request brought.

use std::fmt;

use bytes::Bytes;
use hyper::header::{self, HeaderMap};
use hyper::{StatusCode, http};

/// The answer to a request, all of it.
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

    /// The status; it can be compared with a number.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// A header's value; the first, if there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.header(header::LOCATION.as_str())
    }

    /// What is set by `Set-Cookie`, one text for each.
    pub fn cookies(&self) -> Vec<String> {
        let cookies = self.head.headers.get_all(header::SET_COOKIE);
        cookies.iter().map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()).collect()
    }

    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The document as it is to be read: without the marks by which the
    /// browser's side finds its nodes again, and without the model.
    pub fn html(&self) -> String {
        let mut html = without(&self.text(), "<!--", "-->");
        html = without(&html, " data-node-hydration=\"", "\"").replace(" data-rally-head", "");
        without(&html, "<script type=\"application/rally\"", "</script>")
    }
}

/// A text without what stands from `begin` to the next `end`.
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
    fn what_stands_between_two_marks_is_left_out() {
        let text = "<p data-node-hydration=\"1\"><!--node-id2-->a<!--#--></p>";
        assert_eq!(without(&without(text, "<!--", "-->"), " data-node", ">"), "<pa</p>");
        assert_eq!(without("a<!--b", "<!--", "-->"), "a");
    }
}

//! HTTP requests that a page makes itself, to any server.

use std::fmt;

use crate::form::File;

/// A request, performed by the browser's `fetch`.
///
/// ```
/// use rally_core::http::HttpRequest;
///
/// let request = HttpRequest::post("/search", "q=tea").header("accept", "application/json");
/// assert_eq!(request.method, "POST");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` and so on.
    pub method: &'static str,
    /// A path of this server, or a whole URL.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Option<Vec<u8>>,
    /// Files to send with it: then all of it is a form, with the body as its
    /// part `call` and each file as `file-0` and so on.
    pub files: Vec<File>,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names, in lower case, and values. Of another origin's response those
    /// that it lets scripts read.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// No response came: the network, the server's absence, or CORS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError(pub String);

/// How an HTTP request ends. A status like 404 is a response, not an error.
pub type HttpResult = Result<HttpResponse, HttpError>;

impl HttpRequest {
    /// Reads a resource.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Sends a body.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::new("POST", url) }
    }

    /// A request without headers and body.
    pub fn new(method: &'static str, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None, files: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl HttpResponse {
    /// A response without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// The value of a header, whichever way its name is written; the first, if
    /// there are many.
    ///
    /// ```
    /// # use rally_core::http::HttpResponse;
    /// let mut response = HttpResponse::new(200, "tea");
    /// response.headers.push(("content-type".to_owned(), "text/plain".to_owned()));
    /// assert_eq!(response.header("Content-Type"), Some("text/plain"));
    /// assert_eq!(response.header("etag"), None);
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        header.map(|(_, value)| &**value)
    }

    /// The body as text; what is not UTF-8 becomes U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The request brought no response: {}", self.0)
    }
}

impl std::error::Error for HttpError {}

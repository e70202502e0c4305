//! HTTP requests that an effect sends, to any server.

use std::fmt;

use crate::form::File;

/// An HTTP request, sent by the browser's `fetch`.
///
/// ```
/// use rally_core::http::HttpRequest;
///
/// let request = HttpRequest::post("/search", "q=tea").header("accept", "application/json");
/// assert_eq!(request.method, "POST");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method, such as `GET`.
    pub method: &'static str,
    /// Path on the app's server, or a full URL.
    pub url: String,
    /// Names and values of the headers.
    pub headers: Vec<(String, String)>,
    /// Body of the request.
    pub body: Option<Vec<u8>>,
    /// Files to send. With files, the request is a multipart form, and the
    /// browser sets its content type. The part `call` has the body, and the
    /// parts `file-0`, `file-1` and so on have the files.
    pub files: Vec<File>,
}

/// An HTTP response of any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names (in lower case) and values of the headers. A response from another
    /// origin has only the headers that CORS allows scripts to read.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The error of a request without a response.
///
/// For example, the server is unreachable, or CORS forbids the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError(pub String);

/// The result of an HTTP request. A status such as 404 is a response, not an error.
pub type HttpResult = Result<HttpResponse, HttpError>;

impl HttpRequest {
    /// Makes a `GET` request.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Makes a `POST` request with a body.
    pub fn post(url: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::new("POST", url) }
    }

    /// Makes a request without headers and body.
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
    /// Makes a response without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Returns the value of the first header of this name. The case of the name does not matter.
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

    /// Returns the body as text. Bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns `true` if the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no response to the HTTP request: {}", self.0)
    }
}

impl std::error::Error for HttpError {}

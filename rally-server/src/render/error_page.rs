//! Page errors, and the default error page.

use std::borrow::Cow;

use axum::http::StatusCode;
use rally_core::view::Element;
use rally_macros::rsx;

/// The reason why a page is not shown. The app's error page receives this value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// The status code: 403, 404, 405 or 500; for a posted form also 400, 408, 413, 415 or 429.
    pub status: u16,
    /// The `trace_id` of the error in the server's log; `None` unless the status is 500.
    pub trace_id: Option<String>,
}

impl PageError {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self { status: status.as_u16(), trace_id: None }
    }

    pub(crate) fn failed(trace_id: String) -> Self {
        Self { status: 500, trace_id: Some(trace_id) }
    }

    /// Returns a message for the visitor.
    pub fn message(&self) -> Cow<'static, str> {
        match (self.status, &self.trace_id) {
            (404, _) => "There is no page here.".into(),
            (403, _) => "You are not allowed to see this page.".into(),
            (405, _) => "This page does not accept this kind of request.".into(),
            (400 | 415, _) => "The form could not be read.".into(),
            (408, _) => "The form took too long to arrive. Try again.".into(),
            (429, _) => "The server is busy. Try again in a moment.".into(),
            (413, _) => "The form is too large.".into(),
            (_, None) => "Something went wrong on the server.".into(),
            (_, Some(id)) => format!("Something went wrong on the server (reference {id}).").into(),
        }
    }
}

pub(crate) fn default_page(error: &PageError) -> Element {
    rsx! {
        main {
            h1 { "{error.status}" }
            p { "{error.message()}" }
            p { a { href: "/", "Home" } }
        }
    }
}

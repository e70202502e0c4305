//! Problems: documents that are not a page.

use std::borrow::Cow;

use axum::http::StatusCode;
use dioxus_core::Element;
use rally_core::view::*;

/// Why there is no page, for the app's error page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// 403, 404, 405 or 500; for a form also 400, 408, 413, 415
    /// or 429.
    pub status: u16,
    /// Finds the details of a 500 in the server's log.
    pub trace_id: Option<String>,
}

impl PageError {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self { status: status.as_u16(), trace_id: None }
    }

    pub(crate) fn failed(trace_id: String) -> Self {
        Self { status: 500, trace_id: Some(trace_id) }
    }

    /// One sentence for the visitor.
    pub fn message(&self) -> Cow<'static, str> {
        match (self.status, &self.trace_id) {
            (404, _) => "There is no page here.".into(),
            (403, _) => "You may not see this page.".into(),
            (405, _) => "This address only shows pages.".into(),
            (400 | 415, _) => "What the form sent could not be read.".into(),
            (408, _) => "The form took too long to arrive. Try again.".into(),
            (429, _) => "There is too much to do right now. Try again in a moment.".into(),
            (413, _) => "The form held more than may be sent.".into(),
            (_, None) => "Something went wrong on the server.".into(),
            (_, Some(id)) => format!("Something went wrong on the server (reference {id}).").into(),
        }
    }
}

/// The error page of an app that has none of its own.
pub(crate) fn default_page(error: &PageError) -> Element {
    rsx! {
        main {
            h1 { "{error.status}" }
            p { "{error.message()}" }
            p { a { href: "/", "Home" } }
        }
    }
}

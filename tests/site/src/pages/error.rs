//! The error page of all pages.

use rally::prelude::*;

use crate::Site;

#[error_page]
pub fn error(error: &PageError, client: &Site) -> Element {
    // A test of an error page that fails.
    assert!(!client.browser.current_path.contains("fails"), "the error page fails");
    rsx! {
        h1 { "Error {error.status}" }
        p { id: "message", "{error.message()}" }
        p { id: "added", {client.added.join(", ")} }
    }
}

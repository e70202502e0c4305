//! Rendering: from a URL to a document.

mod document;
mod head;
mod page;

pub(crate) use document::Documents;
pub(crate) use page::{problem, respond};

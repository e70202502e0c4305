//! Rendering: from a URL to a document.

mod document;
mod page;
mod post;

pub(crate) use document::Documents;
pub(crate) use page::{problem, respond};
pub(crate) use post::post;

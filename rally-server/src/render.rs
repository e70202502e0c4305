//! Rendering: from a URL to a document.

mod document;
mod head;
mod inline;
mod page;
mod post;

pub(crate) use document::Documents;
pub(crate) use inline::PREFIX as SHELL_FILES;
pub(crate) use page::{problem, respond};
pub(crate) use post::post;

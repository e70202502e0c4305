//! Server-side rendering of pages as documents.

mod document;
mod error_page;
mod form_post;
mod head;
mod page;
mod shell_files;
mod visitor;

pub(crate) use document::Documents;
pub(crate) use error_page::Problem;
pub(crate) use form_post::FormPost;
pub(crate) use page::Renderer;
pub(crate) use shell_files::PREFIX as SHELL_FILES;

//! Documents that the server renders.

mod compressed;
mod context;
mod documents;
mod error_pages;
pub mod forms;
mod head;
mod layouts;
mod shell;

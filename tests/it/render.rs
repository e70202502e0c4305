//! Documents that the server renders.

mod compressed;
mod context;
mod documents;
mod error_pages;
mod flash;
pub mod forms;
mod head;
mod layouts;
mod shell;

//! Documents that the server renders.

mod compressed;
mod context;
mod documents;
pub mod forms;
mod head;
mod layouts;
mod shell;

//! The server: from `main` to a listening process, and its end.

mod deadline;
pub(crate) mod listener;
mod run;
pub(crate) mod shutdown;

pub use run::{StartError, serve};

//! The server process: startup, connections and shutdown.

mod deadline;
pub(crate) mod listener;
mod run;
pub(crate) mod shutdown;

pub use run::serve;

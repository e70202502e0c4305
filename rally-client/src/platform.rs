//! The place the runtime runs in: a browser, or a test. One trait a subject; a part of
//! the app takes those it needs.
//!
//! None of their methods calls the app before it returns, except those that touch the
//! document: moving the focus runs the page's handlers.

mod clock;
mod document;
mod location;
mod network;
mod storage;
mod tasks;

pub use clock::{Clock, Local};
pub use document::{ConnectionStatus, Document, Progress, Version};
pub use location::{Arrival, LocalUrl, Location};
pub use network::Network;
pub use storage::Storage;
pub use tasks::Tasks;

/// All of them: the browser, or what a test puts in its place.
pub trait Platform: Clock + Network + Storage + Location + Document {}

impl<P: Clock + Network + Storage + Location + Document> Platform for P {}

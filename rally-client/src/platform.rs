//! The platform that the runtime runs on: a browser, or a test's fake.
//!
//! There is one trait for each subject, and a part of the app takes the traits that it needs. No
//! method calls the app before it returns, except methods that change the document: moving the
//! focus runs the page's event handlers.

mod clock;
mod document;
mod location;
mod network;
mod storage;
mod tasks;

pub use clock::{Clock, LocalFuture};
pub use document::{ConnectionStatus, Document, Progress, Version};
pub use location::{Arrival, LocalUrl, Location};
pub use network::Network;
pub use storage::Storage;
pub use tasks::Tasks;

/// All traits of the platform.
pub trait Platform: Clock + Network + Storage + Location + Document {}

impl<P: Clock + Network + Storage + Location + Document> Platform for P {}

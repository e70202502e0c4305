//! The platform on which the runtime runs: a browser, or a fake in tests.
//!
//! There is one trait for each subject, so that a part of the app takes only the traits that it
//! needs. Only the methods that change the document may call the app while they run: for example,
//! moving the focus runs event handlers of the page.

mod clock;
mod document;
mod location;
mod network;
mod oneshot;
mod storage;
mod tasks;

pub use clock::{Clock, LocalFuture};
pub use document::{ConnectionStatus, Document, Progress, Version};
pub use location::{Arrival, LocalUrl, Location};
pub use network::Network;
pub use oneshot::{Receiver, Sender, oneshot};
pub use storage::Storage;
pub use tasks::Tasks;

/// All traits of the platform.
pub trait Platform: Clock + Network + Storage + Location + Document {}

impl<P: Clock + Network + Storage + Location + Document> Platform for P {}

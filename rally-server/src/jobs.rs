//! Jobs that are stored in a database and run in the background.

mod admin;
mod builder;
mod enqueue;
mod error;
mod job;
mod registry;
mod retry;
mod schedule;
mod store;
mod worker;

pub use builder::Jobs;
pub use enqueue::{Enqueue, Enqueued, JobExt};
pub use error::{EnqueueError, JobsError, StoreError};
pub use job::{Job, JobId};
pub use registry::{JobEntry, done};
pub use store::Database;
pub use worker::JobCounts;
pub(crate) use worker::Worker;

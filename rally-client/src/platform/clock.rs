//! Time, random numbers, and the executor of futures.

use std::pin::Pin;
use std::time::Duration;

/// A future that runs on the current thread.
pub type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A clock and an executor of futures.
pub trait Clock {
    /// Returns the time since a fixed moment, which is the same for all documents.
    fn now(&self) -> Duration;
    /// Returns a future that completes after `time`.
    fn sleep(&self, time: Duration) -> LocalFuture<()>;
    /// Starts a future, which then runs to completion.
    fn spawn(&self, future: LocalFuture<()>);
    /// Returns a random number within [0, 1).
    fn random(&self) -> f64;
}

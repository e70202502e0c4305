//! Time, chance, and the executor of the futures that wait.

use std::pin::Pin;
use std::time::Duration;

/// A future of the one thread there is.
pub type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// A clock, and an executor that waits for it.
pub trait Clock {
    /// The time since some fixed start, the same for every document.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, time: Duration) -> Local<()>;
    /// Runs a future to its end.
    fn spawn(&self, future: Local<()>);
    /// A random number within [0, 1).
    fn random(&self) -> f64;
}

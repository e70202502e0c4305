//! The lifecycle of an app: the signal to stop, and the tasks that a stop waits
//! for.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;

/// How long calls, requests and jobs may take to finish once the app stops.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// Shared by everything that runs for an app; clones are the same lifecycle.
#[derive(Clone, Default)]
pub(crate) struct Lifecycle {
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    /// Tells everything to stop.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    /// Tells everything to stop when the guard is dropped.
    pub(crate) fn stop_on_drop(&self) -> DropGuard {
        self.stopping.clone().drop_guard()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Waits for the signal to stop.
    pub(crate) fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.stopping.cancelled()
    }

    /// The same, for a future that outlives this handle.
    pub(crate) fn stopping_owned(&self) -> WaitForCancellationFutureOwned {
        self.stopping.clone().cancelled_owned()
    }

    /// Spawns a task that a stop waits for.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Has a stop wait for a future that somebody else runs.
    pub(crate) fn track<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.tasks.track_future(future)
    }

    /// How many tasks there are.
    pub(crate) fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Waits until every task has finished. No task may be begun after that.
    pub(crate) async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

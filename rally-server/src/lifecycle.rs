//! The lifecycle of an app: its shutdown signal and its tasks.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFuture};
use tokio_util::task::TaskTracker;

/// Maximum time for calls, requests and jobs to finish after the shutdown signal.
pub(crate) const GRACE: Duration = Duration::from_secs(10);

/// The shutdown signal and the tasks of an app. Clones share the same state.
#[derive(Clone, Default)]
pub(crate) struct Lifecycle {
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    pub(crate) fn stop_on_drop(&self) -> DropGuard {
        self.stopping.clone().drop_guard()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    pub(crate) fn stopping(&self) -> WaitForCancellationFuture<'_> {
        self.stopping.cancelled()
    }

    pub(crate) fn stopping_owned(&self) -> WaitForCancellationFutureOwned {
        self.stopping.clone().cancelled_owned()
    }

    /// Spawns a task that a shutdown waits for.
    pub(crate) fn spawn<F>(&self, task: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.tasks.spawn(task)
    }

    /// Wraps a future so that a shutdown waits for it.
    pub(crate) fn track<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        self.tasks.track_future(future)
    }

    pub(crate) fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// Waits until all tasks have finished. Does not wait for tasks that are started later.
    pub(crate) async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

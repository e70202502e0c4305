//! A guard that keeps tokio's paused clock from advancing while a query runs.

use std::sync::mpsc;

/// Keeps tokio's paused clock from advancing until this guard is dropped.
///
/// A paused clock advances to the next timeout whenever the runtime is idle. The
/// runtime also seems idle while it waits for SQLite's thread. The clock does not
/// advance while a blocking task runs, so the guard runs a blocking task.
pub(crate) struct ClockHold {
    _until: Option<mpsc::Sender<()>>,
}

impl ClockHold {
    pub(crate) fn new(is_wanted: bool) -> Self {
        let until = is_wanted.then(|| {
            let (until, dropped) = mpsc::channel();
            tokio::task::spawn_blocking(move || dropped.recv());
            until
        });
        Self { _until: until }
    }
}

//! A guard that stops the paused clock of a test while a query runs.

use std::sync::mpsc;

/// A paused clock advances to the next timeout whenever the runtime is idle, which
/// it also seems to be while it waits for a thread of SQLite. It does not advance
/// while a blocking task runs, so the guard runs one.
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

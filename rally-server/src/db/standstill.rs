//! The clock of a test, which stands still while a query runs.

use std::sync::mpsc;

/// Keeps a paused clock of tokio's from going on by itself.
///
/// It goes on whenever the runtime has nothing to do, and that it seems to have
/// while a thread of SQLite works for it: timeouts would then be over at once.
/// It does not while a blocking task runs.
pub(crate) struct Standstill {
    /// The task waits until this is dropped.
    _until: Option<mpsc::Sender<()>>,
}

impl Standstill {
    pub(crate) fn new(is_wanted: bool) -> Self {
        let until = is_wanted.then(|| {
            let (until, dropped) = mpsc::channel();
            tokio::task::spawn_blocking(move || dropped.recv());
            until
        });
        Self { _until: until }
    }
}

//! An app with a journal.

use std::sync::Arc;

use super::App;
use crate::journal::Journal;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Keeps a journal of what goes in and out: of calls, the data of pages,
    /// documents and forms. There is an example at [`Journal`].
    #[must_use]
    pub fn journal(mut self, journal: Journal) -> Self {
        self.recorder = Some(Arc::new(journal));
        self
    }
}

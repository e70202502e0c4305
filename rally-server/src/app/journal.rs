//! `App::journal`, which adds a journal to an app.

use std::sync::Arc;

use super::App;
use crate::journal::Journal;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Records calls, page data, documents and forms in a [`Journal`].
    #[must_use]
    pub fn journal(mut self, journal: Journal) -> Self {
        self.recorder = Some(Arc::new(journal));
        self
    }
}

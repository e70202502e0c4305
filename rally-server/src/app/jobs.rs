//! An app with jobs.

use super::App;
use crate::jobs::Jobs;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Runs jobs beside the answers, from when the app listens until it stops.
    /// What runs then has ten seconds to finish; what does not is left to the
    /// next process.
    ///
    /// `/_rally/jobs` shows them where `cargo rally dev` serves the app, and
    /// nowhere else. The app's binary does so with the first argument `jobs`.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.background = Some(jobs.boot());
        self
    }
}

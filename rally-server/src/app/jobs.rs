//! `App::jobs`, which adds background jobs to an app.

use super::App;
use crate::jobs::Jobs;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Runs jobs in the background, while the app serves requests.
    ///
    /// When the app stops, running jobs have 10 seconds to finish; the next process runs the
    /// rest. `/_rally/jobs` shows the jobs, but only under `cargo rally dev`. The app's
    /// binary prints them if its first argument is `jobs`.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.background = Some(jobs.boot());
        self
    }
}

//! `App::jobs`, which adds background jobs to an app.

use super::App;
use crate::jobs::Jobs;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Runs jobs in the background, while the app serves requests.
    ///
    /// When the app stops, running jobs have 10 seconds to finish. The next process runs the
    /// jobs that have not finished.
    ///
    /// Under `cargo rally dev`, the page `/_rally/jobs` shows the jobs. If the first
    /// command-line argument is `jobs`, the app's binary prints the jobs and exits.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.background = Some(jobs.boot());
        self
    }
}

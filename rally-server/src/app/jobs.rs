//! `App::jobs`, which adds background jobs to an app.

use super::App;
use crate::jobs::Jobs;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Runs jobs in the background, while the app serves requests.
    ///
    /// When [`serve`](crate::serve) stops the app, running jobs have 10 seconds to finish. Jobs
    /// that have not finished run again, in the next process for example.
    ///
    /// Under `cargo rally dev`, the page `/_rally/jobs` shows the jobs. If the first
    /// command-line argument is `jobs`, [`serve`](crate::serve) runs a command on the jobs,
    /// such as printing them, and returns.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.background = Some(jobs.boot());
        self
    }
}

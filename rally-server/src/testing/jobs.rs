//! Running the jobs of an app in a test.

use std::any::Any;
use std::sync::Arc;

use crate::jobs::{JobCounts, Worker};
use crate::telemetry::trace;
use crate::testing::TestApp;

impl TestApp {
    /// Runs due jobs and schedules until none is due, also due jobs that other jobs enqueue.
    ///
    /// A `TestApp` runs jobs only in this method and in [`run_jobs_at`](Self::run_jobs_at). The
    /// clock of the database decides which jobs are due. If the database was opened with
    /// `paused_clock`, `tokio::time::advance(Duration::from_secs(5))` makes a job due again whose
    /// first attempt has failed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use rally_server::app::App;
    /// use rally_server::db::DbOptions;
    /// use rally_server::jobs::{Jobs, JobCounts};
    /// use rally_server::testing::TestApp;
    ///
    /// let db = DbOptions::in_memory().paused_clock().open().await?;
    /// let app = TestApp::new(App::new(()).jobs(Jobs::open(&db).await?), &[]);
    /// // After a call that enqueues jobs, for example.
    /// assert_eq!(app.run_jobs().await, JobCounts { completed: 0, failed: 0, dead: 0 });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the app has no jobs, or the database of the jobs fails.
    pub async fn run_jobs(&self) -> JobCounts {
        self.run_jobs_by(None).await
    }

    /// Runs jobs as [`run_jobs`](Self::run_jobs) does, as if the time were `unix_second`.
    pub async fn run_jobs_at(&self, unix_second: i64) -> JobCounts {
        self.run_jobs_by(Some(unix_second)).await
    }

    async fn run_jobs_by(&self, now: Option<i64>) -> JobCounts {
        let ran = match self.worker() {
            Some(worker) => worker.run_due(now).await,
            None => {
                panic!("the app has no jobs: call `.jobs(Jobs::open(&db).await?)` on the app")
            }
        };
        ran.unwrap_or_else(|error| {
            panic!("the database of the jobs failed: {}", trace::text_of(&error))
        })
    }

    fn worker(&self) -> Option<Arc<Worker>> {
        let background: Arc<dyn Any + Send + Sync> = self.app.background.clone()?;
        background.downcast().ok()
    }
}

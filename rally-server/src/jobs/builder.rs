//! The builder of an app's jobs: database, settings and schedules.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::enqueue::{NewJob, RunAt};
use super::error::JobsError;
use super::job::Job;
use super::schedule::ScheduleEntry;
use super::store::{Database, JobStore, OpenedStore};

/// The jobs of a database, and the settings with which an app runs them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("app.db");
/// use rally_server::app::App;
/// use rally_server::db::Db;
/// use rally_server::jobs::Jobs;
///
/// let db = Db::open(file).await?;
/// let app = App::new(()).jobs(Jobs::open(&db).await?.concurrency(4));
/// # drop(app);
/// # Ok(())
/// # }
/// ```
///
/// Several processes may run the jobs of one database. A process claims a job with
/// a lease of 60 seconds and renews the lease every 20 seconds, so a job may run
/// for any length of time. If the process crashes, another process can claim the job
/// when the lease has expired.
///
/// Jobs are stored in the table `jobs`, which [`open`](Self::open) creates. Their
/// status is `pending`, `running`, `completed` or `dead`.
#[must_use]
pub struct Jobs {
    pub(super) store: Arc<dyn JobStore>,
    pub(super) settings: JobSettings,
    pub(super) schedules: Vec<ScheduleEntry>,
    /// Time of [`open`](Self::open), in Unix seconds.
    pub(super) opened_at: i64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct JobSettings {
    pub(super) concurrency: usize,
    pub(super) poll: Duration,
    pub(super) keep: Duration,
}

impl Default for JobSettings {
    fn default() -> Self {
        let (concurrency, poll) = (10, Duration::from_secs(1));
        Self { concurrency, poll, keep: Duration::from_secs(7 * 24 * 60 * 60) }
    }
}

impl Jobs {
    /// Opens the jobs of a database and creates missing tables.
    ///
    /// The database is a `&Db`, or with the feature `postgres` a `&PgPool`.
    ///
    /// # Errors
    ///
    /// If the database cannot be read, or the tables cannot be created.
    pub async fn open(database: impl Database) -> Result<Self, JobsError> {
        let OpenedStore(store) = database.store().await.map_err(JobsError)?;
        let opened_at = store.now().await.map_err(JobsError)?;
        Ok(Self { store, settings: JobSettings::default(), schedules: Vec::new(), opened_at })
    }

    /// Sets the maximum number of jobs that this process runs at the same time.
    ///
    /// The default is 10, the minimum 1.
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.settings.concurrency = jobs.max(1);
        self
    }

    /// Sets the interval at which this process polls the database for due jobs.
    ///
    /// Polling finds delayed jobs when they are due, and jobs that another process has
    /// enqueued. The default is 1 second, the minimum 10 milliseconds.
    pub fn poll(mut self, interval: Duration) -> Self {
        self.settings.poll = interval.max(Duration::from_millis(10));
        self
    }

    /// Sets how long completed jobs are kept. Default: 7 days. Dead jobs are not removed.
    pub fn keep(mut self, age: Duration) -> Self {
        self.settings.keep = age;
        self
    }

    /// Enqueues a job at each time that a cron expression matches.
    ///
    /// The fields are minute, hour, day of the month, month and day of the week, in
    /// UTC. For each time, at most one job is enqueued, even if several processes run the
    /// jobs of the database. If times were missed because no process was running, one job
    /// is enqueued for all missed times.
    ///
    /// The name identifies the schedule in the database: do not change the name when
    /// you change the expression. With an invalid expression, the app does not start.
    ///
    /// ```
    /// # use rally_server::jobs::{Job, Jobs};
    /// # fn scheduled(jobs: Jobs, forget_sessions: impl Job) -> Jobs {
    /// // At 03:00 UTC every day.
    /// jobs.schedule("nightly", "0 3 * * *", forget_sessions)
    /// # }
    /// ```
    pub fn schedule<J: Job>(
        mut self,
        name: impl Into<String>,
        cron: impl Into<String>,
        job: J,
    ) -> Self {
        let job = NewJob::of(&job, RunAt::ASAP);
        self.schedules.push(ScheduleEntry { name: name.into(), cron: cron.into(), job });
        self
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("settings", &self.settings).finish_non_exhaustive()
    }
}

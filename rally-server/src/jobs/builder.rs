//! The jobs of an app: their database, and how they are run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::enqueue::{NewJob, RunAt};
use super::error::JobsError;
use super::job::Job;
use super::schedule::ScheduleEntry;
use super::store::{Database, JobStore, OpenedStore};

/// Runs the jobs of a database, in the app it is given to.
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
/// Several processes may run the jobs of one database: each job is claimed by
/// one of them. It has it for 60 seconds, and says every 20 that it still does,
/// so a job may take as long as it likes, and that of a process that ended is
/// run by another after a minute.
///
/// They are in the table `jobs`, which [`open`](Self::open) makes, with the
/// status `pending`, `running`, `completed` or `dead`.
#[must_use]
pub struct Jobs {
    pub(super) store: Arc<dyn JobStore>,
    pub(super) settings: JobSettings,
    pub(super) schedules: Vec<ScheduleEntry>,
    /// When it was opened, in unix seconds.
    pub(super) since: i64,
}

/// What an app may say about how its jobs are run.
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
    /// The jobs of this database, whose tables are made where they are missing:
    /// a `&Db`, or with the feature `postgres` a `&PgPool`.
    ///
    /// # Errors
    ///
    /// When the tables cannot be made.
    pub async fn open(database: impl Database) -> Result<Self, JobsError> {
        let OpenedStore(store) = database.store().await.map_err(JobsError)?;
        let since = store.now().await.map_err(JobsError)?;
        Ok(Self { store, settings: JobSettings::default(), schedules: Vec::new(), since })
    }

    /// How many jobs run at once in this process: 10 unless said otherwise, and
    /// no fewer than one.
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.settings.concurrency = jobs.max(1);
        self
    }

    /// How often it is looked for jobs that another process has enqueued, or
    /// whose time has come: each second unless said otherwise.
    pub fn poll(mut self, every: Duration) -> Self {
        self.settings.poll = every.max(Duration::from_millis(10));
        self
    }

    /// How long jobs are kept that have been done: 7 days unless said otherwise.
    /// Dead ones are kept until somebody removes them.
    pub fn keep(mut self, age: Duration) -> Self {
        self.settings.keep = age;
        self
    }

    /// Enqueues a job again and again, when a cron expression says: minute, hour,
    /// day of the month, month, day of the week, in UTC.
    ///
    /// Whatever number of processes runs the jobs of a database, each time is
    /// one job. Times that passed while none of them ran are made up for with
    /// one job. The name says which schedule it is, also when the expression is
    /// changed.
    ///
    /// An expression that is wrong is told when the app starts.
    ///
    /// ```
    /// # use rally_server::jobs::{Job, Jobs};
    /// # fn scheduled(jobs: Jobs, forget_sessions: impl Job) -> Jobs {
    /// // At three each night.
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

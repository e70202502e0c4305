//! Jobs: work that is stored in the database, and done after the answer.

mod admin;
mod enqueue;
mod registry;
mod retry;
mod schedule;
mod store;
mod worker;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rally_core::call::CallError;
use rally_core::wire::Wire;

use crate::app::App;
use crate::calls::cx::HandlerCx;
use enqueue::{NewJob, When};
use schedule::Written;
use store::{Opened, Store};

pub use enqueue::{Enqueue, EnqueueError};
pub use registry::{JobEntry, done};
pub use store::{Database, JobsError, StoreError};
pub(crate) use worker::Crew;
pub use worker::Ran;

/// Work that is stored. `#[job]` implements it with the function below it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no job",
    note = "write `#[job] async fn name(msg: {Self}, cx: &Cx) -> Result<()>`"
)]
pub trait Job: Wire + Send {
    /// The context's type, as the function has it.
    type Cx: HandlerCx;

    /// The name it is stored under: module path and type name.
    const NAME: &'static str;

    /// Runs the function.
    fn run(self, cx: &Self::Cx) -> impl Future<Output = Result<(), CallError>> + Send;
}

/// How a job is enqueued: in a transaction, or in the database by itself.
///
/// A transaction that is undone leaves no job. A process that runs jobs begins
/// with this one at once when it is the one that enqueues it; another one finds
/// it within the second, see [`Jobs::poll`].
pub trait JobExt: Wire {
    /// Stores the job, to be run as soon as it is its turn.
    ///
    /// # Errors
    ///
    /// When the message cannot be written, or the database refuses it.
    fn enqueue<'e>(self, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue::enqueue(self, When::ASAP, to)
    }

    /// Stores the job, to be run when this has passed: in whole seconds, what is
    /// less than one counts as one.
    ///
    /// # Errors
    ///
    /// As [`enqueue`](Self::enqueue).
    fn enqueue_in<'e>(self, wait: Duration, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue::enqueue(self, When::In(wait), to)
    }

    /// Stores the job, to be run before all others that wait.
    ///
    /// # Errors
    ///
    /// As [`enqueue`](Self::enqueue).
    fn enqueue_now<'e>(self, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue::enqueue(self, When::First, to)
    }
}

impl<T: Wire> JobExt for T {}

/// A job on its way into the database. Boxed: a job that is none is then one
/// mistake to the compiler, and not three.
pub type Enqueued<'e> = Pin<Box<dyn Future<Output = Result<JobId, EnqueueError>> + Send + 'e>>;

/// Which job it is, in its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub(crate) i64);

impl JobId {
    /// The number in the column `id` of the table `jobs`.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

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
    store: Arc<dyn Store>,
    settings: Settings,
    schedules: Vec<Written>,
    /// When it was opened, in unix seconds.
    since: i64,
}

/// What an app may say about how its jobs are run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    concurrency: usize,
    poll: Duration,
    keep: Duration,
}

impl Default for Settings {
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
        let Opened(store) = database.store().await.map_err(JobsError)?;
        let since = store.now().await.map_err(JobsError)?;
        Ok(Self { store, settings: Settings::default(), schedules: Vec::new(), since })
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
        let job = NewJob::of(&job, When::ASAP);
        self.schedules.push(Written { name: name.into(), cron: cron.into(), job });
        self
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Runs jobs beside the answers, from when the app listens until it stops.
    /// What runs then has ten seconds to finish; what does not is left to the
    /// next process.
    ///
    /// `/_rally/jobs` shows them where `cargo rally dev` serves the app, and
    /// nowhere else. The app's binary does so with the first argument `jobs`.
    #[must_use]
    pub fn jobs(mut self, jobs: Jobs) -> Self {
        self.background = Some(Box::new(|about| Ok(Arc::new(Crew::new(jobs, about)?))));
        self
    }
}

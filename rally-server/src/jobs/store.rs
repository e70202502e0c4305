//! The interface of a database that stores jobs.

#[cfg(feature = "postgres")]
pub(in crate::jobs) mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod store_tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::jobs::enqueue::NewJob;
use crate::jobs::error::StoreError;
use crate::jobs::retry::JobOutcome;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// Maximum number of jobs that one statement removes, so that it holds the write lock
/// only for a short time.
pub(crate) const REMOVE_BATCH: u32 = 500;

pub(crate) const LEASE_EXPIRED: &str =
    "the lease expired in the last of 5 attempts: the process ended or could not renew the lease";

/// Unix second that a test uses instead of the database's clock.
pub(crate) type ClockOverride = Option<i64>;

/// Operations on the jobs of a database. Each method changes jobs in at most one statement
/// or transaction.
pub(crate) trait JobStore: Send + Sync {
    /// Returns the time of the database's clock, in Unix seconds.
    fn now(&self) -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Claims at most `limit` due jobs: pending jobs, and running jobs whose lease has
    /// expired. Concurrent calls never return the same job.
    ///
    /// If the lease of a job's last attempt has expired, the job becomes dead, and is
    /// returned too. Jobs in `running` are skipped, because they still run in this process:
    /// a clock jump may have expired their leases.
    fn claim(
        &self,
        limit: usize,
        running: Vec<i64>,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Vec<Claimed>, StoreError>>;

    /// Renews the lease of a claim. Returns `None` if the claim is lost.
    fn renew(
        &self,
        claim: Claim,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Option<Claim>, StoreError>>;

    fn finish(
        &self,
        claim: Claim,
        outcome: JobOutcome,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<ClaimState, StoreError>>;

    /// Makes a claimed job pending again, and does not count the attempt.
    fn release(&self, claim: Claim) -> BoxFuture<'_, Result<ClaimState, StoreError>>;

    /// Removes up to [`REMOVE_BATCH`] jobs completed at least `age` ago, and returns their number.
    fn remove_completed(
        &self,
        age: Duration,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Lists at most `limit` jobs with a status, sorted by due time: pending and running
    /// jobs in ascending order, completed and dead jobs in descending order.
    fn list(
        &self,
        status: Status,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<JobSummary>, StoreError>>;

    fn counts(&self) -> BoxFuture<'_, Result<Vec<(Status, u64)>, StoreError>>;

    /// Makes the dead job `id` pending again, or all dead jobs if `id` is `None`. Sets
    /// the number of attempts to 0. Returns the number of changed jobs.
    fn retry(&self, id: Option<i64>, now: ClockOverride) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Returns the next due time of a schedule.
    ///
    /// If the schedule is new or its expression has changed, first stores `next` as the due
    /// time.
    fn plan(&self, name: String, cron: String, next: i64)
    -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Enqueues the job of a schedule that is due at `due`, and stores `next` as the
    /// next due time. Returns `false` if another process has already enqueued the job.
    fn tick(
        &self,
        name: String,
        due: i64,
        next: i64,
        job: NewJob,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Returns a receiver that is notified when jobs are due at once, because they were
    /// enqueued, released or retried.
    ///
    /// With SQLite, the receiver is not notified of changes by other processes: workers find
    /// those jobs by polling.
    fn wakes(&self) -> watch::Receiver<()>;
}

/// A database that can store jobs.
///
/// Implemented with the feature `sqlite` by `&Db`, and with the feature `postgres` by
/// `&PgPool`.
pub trait Database: crate::jobs::enqueue::sealed::Sealed + Send {
    #[doc(hidden)]
    fn store(self) -> impl Future<Output = Result<OpenedStore, StoreError>> + Send;
}

/// A job store whose tables exist.
pub struct OpenedStore(pub(crate) Arc<dyn JobStore>);

/// A claim of a job. While the claim is held, the job's row has this `attempt` and
/// `claimed_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) id: i64,
    pub(crate) attempt: i64,
    pub(crate) claimed_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    pub(crate) name: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) fingerprint: Option<u64>,
    /// `true` if the job had no attempts left and has become dead.
    pub(crate) is_dead: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimState {
    Held,
    Lost,
}

impl ClaimState {
    pub(crate) fn of(rows: u64) -> Self {
        if rows == 0 { Self::Lost } else { Self::Held }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Pending,
    Running,
    Completed,
    Dead,
}

impl Status {
    pub(crate) const ALL: [Self; 4] = [Self::Pending, Self::Running, Self::Completed, Self::Dead];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobSummary {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) attempts: i64,
    pub(crate) run_at: i64,
    pub(crate) claimed_at: Option<i64>,
    pub(crate) error: Option<String>,
}

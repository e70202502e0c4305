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

/// Maximum number of jobs removed by one statement, to keep its write lock short.
pub(crate) const REMOVE_BATCH: u32 = 500;

pub(crate) const LEASE_EXPIRED: &str =
    "the lease expired in the last of 5 attempts: the process ended or could not renew it";

/// Unix second to use instead of the database's clock.
pub(crate) type ClockOverride = Option<i64>;

/// Operations on the jobs of a database. Each method is one statement or one transaction.
pub(crate) trait JobStore: Send + Sync {
    /// Returns the time of the database's clock, in Unix seconds.
    fn now(&self) -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Claims at most `limit` due jobs: pending ones, and running ones with an expired
    /// lease. Concurrent calls never return the same job. Jobs without attempts left
    /// become dead, and are returned too. Jobs in `running` are skipped: they run in
    /// this process, and a clock jump may have expired their leases.
    fn claim(
        &self,
        limit: usize,
        running: Vec<i64>,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Vec<Claimed>, StoreError>>;

    /// Returns `None` if the claim is lost.
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

    /// Releases a claimed job and does not count the attempt.
    fn release(&self, claim: Claim) -> BoxFuture<'_, Result<ClaimState, StoreError>>;

    /// Removes up to [`REMOVE_BATCH`] jobs completed at least `age` ago, and returns their number.
    fn remove_completed(
        &self,
        age: Duration,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Lists jobs with a status by due time: pending and running jobs in ascending
    /// order, completed and dead jobs in descending order.
    fn list(
        &self,
        status: Status,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<JobSummary>, StoreError>>;

    fn counts(&self) -> BoxFuture<'_, Result<Vec<(Status, u64)>, StoreError>>;

    /// Makes the dead job `id`, or all dead jobs, pending without attempts. Returns their number.
    fn retry(&self, id: Option<i64>, now: ClockOverride) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Returns the next due time of a schedule. A schedule that is new or has a
    /// changed expression is stored with the due time `next`.
    fn plan(&self, name: String, cron: String, next: i64)
    -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Enqueues the job of a schedule that is due at `due`, and stores `next` as its
    /// next due time. Returns `false` if another process has done so already.
    fn tick(
        &self,
        name: String,
        due: i64,
        next: i64,
        job: NewJob,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Returns a receiver that changes when jobs were enqueued that are due at once.
    /// Polling finds the jobs of which this process is not notified.
    fn wakes(&self) -> watch::Receiver<()>;
}

/// A database that can store jobs.
///
/// Implemented by `&Db`, and with the feature `postgres` by `&PgPool`.
pub trait Database: crate::jobs::enqueue::sealed::Sealed + Send {
    #[doc(hidden)]
    fn store(self) -> impl Future<Output = Result<OpenedStore, StoreError>> + Send;
}

/// A job store whose tables exist.
pub struct OpenedStore(pub(crate) Arc<dyn JobStore>);

/// Identifies one claim of a job: a later one has another `attempt`.
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
    /// `true` if no attempts were left, so that the job is dead now.
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

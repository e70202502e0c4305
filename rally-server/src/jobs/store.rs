//! Where jobs are stored, whichever database it is.

#[cfg(feature = "postgres")]
pub(in crate::jobs) mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod store_tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::jobs::enqueue::NewJob;
use crate::jobs::error::StoreError;
use crate::jobs::retry::JobOutcome;
use futures_util::future::BoxFuture;

/// How long a claim lasts unless it is renewed.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// How many jobs are removed at once, so that nobody waits long.
pub(crate) const FORGOTTEN: u32 = 500;

/// What the database says of a job whose claim has ended without a word, the
/// last time that it may be tried.
pub(crate) const ENDED: &str = "its process ended, or it took too long without a sign of life, \
                                each of the 5 times it was tried";

/// The unix second that counts as now, when it is not what the database's own
/// clock shows.
pub(crate) type ClockOverride = Option<i64>;

/// What the runner asks of a database. Every method is one statement, or one
/// transaction.
pub(crate) trait JobStore: Send + Sync {
    /// What its clock shows, in unix seconds.
    fn now(&self) -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Claims jobs that are due, no more than `limit`: pending ones, and those
    /// whose claim has ended. Each is claimed by one who asks, however many ask
    /// at once. Those that may not be tried again are dead, and returned too. Those
    /// that run here are left out: a clock that jumps may have ended their claims.
    fn claim(
        &self,
        limit: usize,
        here: Vec<i64>,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Vec<Claimed>, StoreError>>;

    /// Prolongs a claim. `None`: it is not this one's any more.
    fn renew(
        &self,
        claim: Claim,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Option<Claim>, StoreError>>;

    /// Writes how a claimed job has ended.
    fn finish(
        &self,
        claim: Claim,
        ending: JobOutcome,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<ClaimState, StoreError>>;

    /// Gives a claimed job back, as if it had not been claimed.
    fn release(&self, claim: Claim) -> BoxFuture<'_, Result<ClaimState, StoreError>>;

    /// Removes jobs that were done before `age`, no more than [`FORGOTTEN`]; how
    /// many.
    fn forget(&self, age: Duration, now: ClockOverride) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// Jobs of a status, those that come next first, and dead ones last first.
    fn list(
        &self,
        status: Status,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<JobSummary>, StoreError>>;

    /// How many there are of each status.
    fn counts(&self) -> BoxFuture<'_, Result<Vec<(Status, u64)>, StoreError>>;

    /// Makes dead jobs pending, as if they were new: one, or all; how many.
    fn retry(&self, id: Option<i64>, now: ClockOverride) -> BoxFuture<'_, Result<u64, StoreError>>;

    /// When the schedule of this name is due next. One that is not there yet, or
    /// had another expression, is due at `next`.
    fn plan(&self, name: String, cron: String, next: i64)
    -> BoxFuture<'_, Result<i64, StoreError>>;

    /// Enqueues a job of a schedule that is due at `due`, and says when it is due
    /// next. `false`: another process was first.
    fn tick(
        &self,
        name: String,
        due: i64,
        next: i64,
        job: NewJob,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<bool, StoreError>>;

    /// Changes when jobs were enqueued that can be run at once. What does not
    /// reach this process is found when the runner looks for it.
    fn wakes(&self) -> watch::Receiver<()>;
}

/// A database that jobs can be stored in: a `&Db`, or with the feature
/// `postgres` a `&PgPool`.
pub trait Database: crate::jobs::enqueue::sealed::Sealed + Send {
    #[doc(hidden)]
    fn store(self) -> impl Future<Output = Result<OpenedStore, StoreError>> + Send;
}

/// A database whose tables are there.
pub struct OpenedStore(pub(crate) Arc<dyn JobStore>);

/// Which claim it is: a later one of the same job has another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) id: i64,
    pub(crate) attempt: i64,
    pub(crate) claimed_at: i64,
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claimed {
    pub(crate) claim: Claim,
    pub(crate) name: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) fingerprint: Option<u64>,
    /// It may not be tried again, and is dead.
    pub(crate) is_dead: bool,
}

/// Whether a claim was still there to be ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClaimState {
    Yes,
    /// It had ended, and the job is somebody else's, or another's to claim.
    Lost,
}

impl ClaimState {
    pub(crate) fn of(rows: u64) -> Self {
        if rows == 0 { Self::Lost } else { Self::Yes }
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

    /// As it is stored.
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

/// A job as somebody looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JobSummary {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) attempts: i64,
    pub(crate) run_at: i64,
    pub(crate) claimed_at: Option<i64>,
    pub(crate) error: Option<String>,
}

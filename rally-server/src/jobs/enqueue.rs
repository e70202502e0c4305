//! Enqueueing of jobs, in a transaction or without one.

use std::time::Duration;

use futures_util::future::BoxFuture;
use rally_core::codec::{self, EncodeError};
use rally_core::wire::{Wire, fingerprint};

use super::error::{EnqueueError, StoreError};
use super::job::{Job, JobId};

/// Methods that enqueue a message as a job.
///
/// A transaction that is rolled back enqueues no job. If a job is due at once, PostgreSQL
/// notifies all processes that run jobs. With SQLite, only the process that enqueues the
/// job is notified. Other processes find the job at their next poll, see
/// [`Jobs::poll`](crate::jobs::Jobs::poll).
pub trait JobExt: Wire {
    /// Enqueues the job to run as soon as possible, after the jobs that are already due.
    ///
    /// # Errors
    ///
    /// If the message cannot be encoded, or the database cannot store the job.
    fn enqueue<'e>(self, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue(self, RunAt::ASAP, to)
    }

    /// Enqueues the job to run after `wait`, which is rounded up to whole seconds.
    fn enqueue_in<'e>(self, wait: Duration, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue(self, RunAt::In(wait), to)
    }

    /// Enqueues the job to run before the pending jobs that other methods have enqueued.
    fn enqueue_now<'e>(self, to: impl Enqueue + 'e) -> Enqueued<'e>
    where
        Self: Job,
    {
        enqueue(self, RunAt::First, to)
    }
}

impl<T: Wire> JobExt for T {}

/// The future that the methods of [`JobExt`] return.
// Boxed: if a type is not a job, the compiler reports one error and not three.
pub type Enqueued<'e> = BoxFuture<'e, Result<JobId, EnqueueError>>;

/// A database or transaction in which [`JobExt::enqueue`] stores a job.
///
/// Implemented with the feature `sqlite` by `&mut Transaction` and `&Db`, and with the
/// feature `postgres` by `&mut PgConnection`, `&PgPool` and sqlx's own `&mut Transaction`.
#[diagnostic::on_unimplemented(
    message = "cannot enqueue a job in `{Self}`",
    note = "write `.enqueue(&mut tx)` in a transaction, or `.enqueue(&db)` without one"
)]
pub trait Enqueue: sealed::Sealed + Send {
    #[doc(hidden)]
    fn insert(self, job: NewJob) -> impl Future<Output = Result<JobId, StoreError>> + Send;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A job that is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    pub(crate) name: &'static str,
    pub(crate) payload: Vec<u8>,
    pub(crate) fingerprint: u64,
    pub(crate) when: RunAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunAt {
    /// As soon as possible, before the pending jobs with `In`.
    First,
    In(Duration),
}

impl RunAt {
    pub(crate) const ASAP: Self = Self::In(Duration::ZERO);

    pub(crate) fn wait(self) -> Option<i64> {
        match self {
            Self::First => None,
            Self::In(wait) => Some(whole_seconds(wait)),
        }
    }

    pub(crate) fn is_now(self) -> bool {
        match self {
            Self::First => true,
            Self::In(wait) => wait.is_zero(),
        }
    }
}

/// Converts a duration to seconds, rounded up and capped at [`MAX_WAIT`].
pub(super) fn whole_seconds(time: Duration) -> i64 {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    // A longer wait is useless, and adding it to the time could overflow.
    i64::try_from(seconds).unwrap_or(i64::MAX).min(MAX_WAIT)
}

/// 10,000 years, in seconds.
const MAX_WAIT: i64 = 10_000 * 366 * 24 * 60 * 60;

impl NewJob {
    pub(super) fn of<J: Job>(job: &J, when: RunAt) -> Result<Self, EncodeError> {
        let payload = codec::encode(job)?;
        Ok(Self { name: J::NAME, payload, fingerprint: fingerprint::<J>(), when })
    }
}

pub(super) fn enqueue<'e>(job: impl Job, when: RunAt, to: impl Enqueue + 'e) -> Enqueued<'e> {
    let job = NewJob::of(&job, when);
    Box::pin(async move { Ok(to.insert(job?).await?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(when: RunAt, expected: impl Into<Option<i64>>) {
        assert_eq!(when.wait(), expected.into());
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        check(RunAt::First, None);
        check(RunAt::ASAP, 0);
        check(RunAt::In(Duration::from_millis(1)), 1);
        check(RunAt::In(Duration::from_millis(1000)), 1);
        check(RunAt::In(Duration::from_secs(3600)), 3600);
    }

    #[test]
    fn a_huge_wait_is_capped() {
        check(RunAt::In(Duration::MAX), MAX_WAIT);
    }
}

//! Enqueueing: a message becomes a stored job.

use std::pin::Pin;
use std::time::Duration;

use rally_core::codec::{self, EncodeError};
use rally_core::wire::{Wire, fingerprint};

use super::error::{EnqueueError, StoreError};
use super::job::{Job, JobId};

/// How a job is enqueued: in a transaction, or in the database by itself.
///
/// A transaction that is undone leaves no job. A process that runs jobs begins
/// with this one at once when it is the one that enqueues it; another one finds
/// it within the second, see [`Jobs::poll`](crate::jobs::Jobs::poll).
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
        enqueue(self, RunAt::ASAP, to)
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
        enqueue(self, RunAt::In(wait), to)
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
        enqueue(self, RunAt::First, to)
    }
}

impl<T: Wire> JobExt for T {}

/// A job on its way into the database. Boxed: a job that is none is then one
/// mistake to the compiler, and not three.
pub type Enqueued<'e> = Pin<Box<dyn Future<Output = Result<JobId, EnqueueError>> + Send + 'e>>;

/// Where a job can be enqueued: a `&mut Transaction` or a `&Db`, and with the
/// feature `postgres` a `&mut PgConnection` or a `&PgPool`.
#[diagnostic::on_unimplemented(
    message = "no job can be enqueued in `{Self}`",
    note = "write `.enqueue(&mut tx)` with the transaction, or `.enqueue(&db)` without one"
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

/// When a job is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunAt {
    /// Before all others.
    First,
    /// When this has passed.
    In(Duration),
}

impl RunAt {
    pub(crate) const ASAP: Self = Self::In(Duration::ZERO);

    /// How many seconds from now; `None` is before all others.
    pub(crate) fn wait(self) -> Option<i64> {
        match self {
            Self::First => None,
            Self::In(wait) => Some(whole_seconds(wait)),
        }
    }

    /// Whether it can run at once.
    pub(crate) fn is_now(self) -> bool {
        match self {
            Self::First => true,
            Self::In(wait) => wait.is_zero(),
        }
    }
}

/// What is less than a second counts as one.
pub(super) fn whole_seconds(time: Duration) -> i64 {
    let seconds = time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0));
    // Dates beyond it are of no use, and arithmetic with them has no end.
    i64::try_from(seconds).unwrap_or(i64::MAX).min(CENTURIES)
}

/// Ten thousand years.
const CENTURIES: i64 = 10_000 * 366 * 24 * 60 * 60;

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
    fn a_time_is_in_whole_seconds() {
        check(RunAt::First, None);
        check(RunAt::ASAP, 0);
        check(RunAt::In(Duration::from_millis(1)), 1);
        check(RunAt::In(Duration::from_millis(1000)), 1);
        check(RunAt::In(Duration::from_secs(3600)), 3600);
    }

    #[test]
    fn a_time_without_end_is_one_that_a_database_can_hold() {
        check(RunAt::In(Duration::MAX), CENTURIES);
    }
}

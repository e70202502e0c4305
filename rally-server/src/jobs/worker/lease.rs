//! A lease: a job that this process has claimed, from there to its end.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span, field};

use crate::jobs::error::StoreError;
use crate::jobs::retry::JobOutcome;
use crate::jobs::store::{Claim, ClaimState, Claimed, ClockOverride, LEASE};
use crate::jobs::worker::Worker;
use crate::lifecycle::GRACE;
use crate::telemetry::{query_tracker, trace};

/// How often a claim is renewed.
const RENEWAL: Duration = Duration::from_secs(20);

/// How much sooner than others this process takes its claim for ended: their
/// clocks may be ahead of its own.
const MARGIN: Duration = Duration::from_secs(5);

/// How much time is left, of that which a shutdown has, to give jobs back.
const GIVING_BACK: Duration = Duration::from_secs(2);

/// How long it takes at least until a write is tried again that failed.
const RELIEF: Duration = Duration::from_millis(500);

/// What became of a job that was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseEnd {
    Completed,
    /// It is tried again.
    Failed,
    Dead,
    /// It is another process's, or will be.
    Lost,
    /// It was given back.
    Released,
}

pub(super) struct Lease {
    worker: Arc<Worker>,
    claimed: Claimed,
    /// When others may claim the job.
    ends: Instant,
    now: ClockOverride,
}

impl Lease {
    /// The lease of a job that was claimed at `since`, or later.
    pub(super) fn new(
        worker: Arc<Worker>,
        claimed: Claimed,
        since: Instant,
        now: ClockOverride,
    ) -> Self {
        worker.here().insert(claimed.claim.id);
        Self { worker, claimed, ends: since + LEASE - MARGIN, now }
    }

    /// Runs the job to its end, whichever that is.
    pub(super) async fn run(mut self) -> LeaseEnd {
        let Claimed { claim, name, .. } = &self.claimed;
        let (id, attempt) = (claim.id, claim.attempt);
        let (queries, query_ms) = (field::Empty, field::Empty);
        let span = tracing::info_span!("job", name, id, attempt, queries, query_ms);
        // What is said of the job is said in the same span as what it says itself.
        let outer = span.clone();
        async move {
            match self.result(span).await {
                Ok(result) => self.finish(result).await,
                Err(ended) => ended,
            }
        }
        .instrument(outer)
        .await
    }

    /// Gives the job back, which has not run.
    pub(super) async fn release(self) -> LeaseEnd {
        let until = Instant::now() + GIVING_BACK;
        let store = &*self.worker.store;
        match self.write(until, || store.release(self.claimed.claim)).await {
            Some(ClaimState::Yes) => LeaseEnd::Released,
            // Its claim ends by itself, as that of a process that was killed.
            Some(ClaimState::Lost) | None => LeaseEnd::Lost,
        }
    }

    /// How the job ended; else how this process's part in it did.
    async fn result(&mut self, span: Span) -> Result<Result<(), String>, LeaseEnd> {
        let Claimed { name, payload, fingerprint, .. } = &mut self.claimed;
        let payload = std::mem::take(payload);
        let job = self.worker.known.begin(name, *fingerprint, payload, self.worker.caller());
        let job = async {
            // One that panics has failed.
            query_tracker::scope(trace::catch(job))
                .await
                .unwrap_or_else(|panic| Err(panic.to_string()))
        };
        // A task of its own: while it computes, its claim is renewed all the same.
        let mut job = AbortOnDropHandle::new(tokio::spawn(job.instrument(span)));
        let lifecycle = self.worker.lifecycle.clone();
        let overdue = async {
            lifecycle.stopping().await;
            sleep(GRACE - GIVING_BACK).await;
        };
        let mut overdue = std::pin::pin!(overdue);
        let mut renewal = Instant::now() + RENEWAL;
        loop {
            tokio::select! {
                // The claim first: what runs without one may run twice.
                biased;
                () = sleep_until(renewal) => match self.renew().await {
                    Some(next) => renewal = next,
                    None => {
                        job.abort();
                        let _ = job.await;
                        return Err(LeaseEnd::Lost);
                    }
                },
                ended = &mut job => {
                    return Ok(ended.unwrap_or_else(|error| Err(format!("panicked: {error}"))));
                }
                () = &mut overdue => {
                    tracing::warn!("the app stops: the job is dropped, and left to the next process");
                    job.abort();
                    // It may have come to its end before it was dropped.
                    if let Ok(result) = job.await {
                        return Ok(result);
                    }
                    let until = Instant::now() + GIVING_BACK;
                    let (store, claim) = (&*self.worker.store, self.claimed.claim);
                    let held = self.write(until, || store.release(claim)).await;
                    return Err(if held == Some(ClaimState::Yes) { LeaseEnd::Released } else { LeaseEnd::Lost });
                }
            }
        }
    }

    /// Renews the claim, and says when to do so again. `None`: there is none any
    /// more.
    async fn renew(&mut self) -> Option<Instant> {
        let before = Instant::now();
        let renewing = self.worker.store.renew(self.claimed.claim, self.now);
        match timeout_at(self.ends, renewing).await {
            Ok(Ok(Some(claim))) => {
                self.claimed.claim = claim;
                self.ends = before + LEASE - MARGIN;
                Some(before + RENEWAL)
            }
            Ok(Ok(None)) => {
                tracing::warn!("another process has claimed the job: it is dropped here");
                None
            }
            Ok(Err(error)) if before < self.ends => {
                tracing::warn!(%error, "the claim cannot be renewed, it is tried again");
                Some((Instant::now() + MARGIN).min(self.ends))
            }
            Ok(Err(_)) | Err(_) => {
                tracing::error!("the claim could not be renewed in time: the job is dropped here");
                None
            }
        }
    }

    /// Writes how the job ended.
    async fn finish(&self, result: Result<(), String>) -> LeaseEnd {
        let Claim { attempt, .. } = self.claimed.claim;
        let ending = JobOutcome::of(attempt, result);
        let ended = match &ending {
            JobOutcome::Completed => LeaseEnd::Completed,
            JobOutcome::Again { after, error } => {
                let seconds = after.as_secs();
                tracing::warn!(error, "the job failed, it is tried again in {seconds} s");
                LeaseEnd::Failed
            }
            JobOutcome::Dead { error } => {
                tracing::error!(error, "the job failed for the last time, and is dead");
                LeaseEnd::Dead
            }
        };
        let (store, claim) = (&*self.worker.store, self.claimed.claim);
        match self.write(self.ends, || store.finish(claim, ending.clone(), self.now)).await {
            Some(ClaimState::Yes) => ended,
            Some(ClaimState::Lost) => {
                tracing::warn!("the job has ended, but its claim had before: it may run again");
                LeaseEnd::Lost
            }
            None => {
                tracing::error!(
                    "how the job ended could not be written before its claim ended: it will run \
                     again"
                );
                LeaseEnd::Lost
            }
        }
    }

    /// Writes until it has worked, or until then. The database may be busy, or the
    /// disk full: of that the runner does not end, and goes on when it is over.
    async fn write<F>(&self, until: Instant, write: impl Fn() -> F) -> Option<ClaimState>
    where
        F: Future<Output = Result<ClaimState, StoreError>>,
    {
        let mut wait = RELIEF;
        loop {
            match timeout_at(until, write()).await {
                Ok(Ok(held)) => return Some(held),
                Ok(Err(error)) => {
                    let seconds = until.saturating_duration_since(Instant::now()).as_secs();
                    tracing::error!(
                        %error,
                        "what became of the job cannot be written, it is tried for {seconds} s more"
                    );
                }
                Err(_) => return None,
            }
            if timeout_at(until, sleep(wait)).await.is_err() {
                return None;
            }
            wait = (wait * 2).min(MARGIN);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.worker.here().remove(&self.claimed.claim.id);
    }
}

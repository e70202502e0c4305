//! The lease on a claimed job, from the claim to the job's end.

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

const RENEW_INTERVAL: Duration = Duration::from_secs(20);

/// Safety margin: this process treats a lease as expired earlier than other processes
/// do, because their clocks may be ahead.
const MARGIN: Duration = Duration::from_secs(5);

/// Part of the shutdown's grace period that is reserved for releasing jobs.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

const RETRY_DELAY: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeaseEnd {
    Completed,
    Failed,
    Dead,
    /// The claim is lost, or could not be released. Another process has claimed the job, or
    /// can claim it when the lease has expired.
    Lost,
    /// The job was returned to the queue without counting the attempt.
    Released,
}

pub(super) struct Lease {
    worker: Arc<Worker>,
    claimed: Claimed,
    /// Time at which the job is cancelled if its lease is not renewed: [`MARGIN`] before other
    /// processes may claim the job.
    expires: Instant,
    now: ClockOverride,
}

impl Lease {
    /// `since` must not be later than the claim.
    pub(super) fn new(
        worker: Arc<Worker>,
        claimed: Claimed,
        since: Instant,
        now: ClockOverride,
    ) -> Self {
        worker.running_jobs().insert(claimed.claim.id);
        Self { worker, claimed, expires: since + LEASE - MARGIN, now }
    }

    pub(super) async fn run(mut self) -> LeaseEnd {
        let Claimed { claim, name, .. } = &self.claimed;
        let (id, attempt) = (claim.id, claim.attempt);
        let (queries, query_ms) = (field::Empty, field::Empty);
        let span = tracing::info_span!("job", name, id, attempt, queries, query_ms);
        // The log lines of `result` and `finish` belong to the job's span, too.
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

    pub(super) async fn release(self) -> LeaseEnd {
        let until = Instant::now() + RELEASE_TIMEOUT;
        let store = &*self.worker.store;
        match self.write(until, || store.release(self.claimed.claim)).await {
            Some(ClaimState::Held) => LeaseEnd::Released,
            Some(ClaimState::Lost) | None => LeaseEnd::Lost,
        }
    }

    /// Runs the job and renews the lease. Returns the job's result, or the reason why the
    /// job was cancelled.
    async fn result(&mut self, span: Span) -> Result<Result<(), String>, LeaseEnd> {
        let Claimed { name, payload, fingerprint, .. } = &mut self.claimed;
        let payload = std::mem::take(payload);
        let job = self.worker.registry.begin(name, *fingerprint, payload, self.worker.caller());
        let job = async {
            query_tracker::scope(trace::catch(job))
                .await
                .unwrap_or_else(|panic| Err(panic.to_string()))
        };
        // Run in a separate task, so that a job that blocks does not delay the renewal.
        let mut job = AbortOnDropHandle::new(tokio::spawn(job.instrument(span)));
        let lifecycle = self.worker.lifecycle.clone();
        let grace_over = async {
            lifecycle.stopping().await;
            sleep(GRACE - RELEASE_TIMEOUT).await;
        };
        let mut grace_over = std::pin::pin!(grace_over);
        let mut renewal = Instant::now() + RENEW_INTERVAL;
        loop {
            tokio::select! {
                // Check the renewal first: without a lease, another process may run the job too.
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
                () = &mut grace_over => {
                    tracing::warn!("the app is shutting down: cancelling the job and releasing it");
                    job.abort();
                    // The job may have ended before it was cancelled.
                    if let Ok(result) = job.await {
                        return Ok(result);
                    }
                    let until = Instant::now() + RELEASE_TIMEOUT;
                    let (store, claim) = (&*self.worker.store, self.claimed.claim);
                    let held = self.write(until, || store.release(claim)).await;
                    let is_released = held == Some(ClaimState::Held);
                    return Err(if is_released { LeaseEnd::Released } else { LeaseEnd::Lost });
                }
            }
        }
    }

    /// Returns the time of the next renewal or retry, or `None` if the lease is lost.
    async fn renew(&mut self) -> Option<Instant> {
        let before = Instant::now();
        let renewing = self.worker.store.renew(self.claimed.claim, self.now);
        match timeout_at(self.expires, renewing).await {
            Ok(Ok(Some(claim))) => {
                self.claimed.claim = claim;
                self.expires = before + LEASE - MARGIN;
                Some(before + RENEW_INTERVAL)
            }
            Ok(Ok(None)) => {
                tracing::warn!(
                    "another process has claimed the job: cancelling it in this process"
                );
                None
            }
            Ok(Err(error)) if before < self.expires => {
                tracing::warn!(%error, "cannot renew the lease, retrying");
                Some((Instant::now() + MARGIN).min(self.expires))
            }
            Ok(Err(_)) | Err(_) => {
                tracing::error!("cannot renew the lease before it expires: cancelling the job");
                None
            }
        }
    }

    async fn finish(&self, result: Result<(), String>) -> LeaseEnd {
        let Claim { attempt, .. } = self.claimed.claim;
        let outcome = JobOutcome::of(attempt, result);
        let ended = match &outcome {
            JobOutcome::Completed => LeaseEnd::Completed,
            JobOutcome::Retry { after, error } => {
                let seconds = after.as_secs();
                tracing::warn!(error, "the job failed, retrying in {seconds} s");
                LeaseEnd::Failed
            }
            JobOutcome::Dead { error } => {
                tracing::error!(error, "the job failed its last attempt and is dead");
                LeaseEnd::Dead
            }
        };
        let (store, claim) = (&*self.worker.store, self.claimed.claim);
        match self.write(self.expires, || store.finish(claim, outcome.clone(), self.now)).await {
            Some(ClaimState::Held) => ended,
            Some(ClaimState::Lost) => {
                tracing::warn!(
                    "the lease was lost before the job's outcome was stored: the job may run again"
                );
                LeaseEnd::Lost
            }
            None => {
                tracing::error!(
                    "cannot store the job's outcome before its lease expires: the job may run again"
                );
                LeaseEnd::Lost
            }
        }
    }

    /// Retries a write until it succeeds. Returns `None` if it does not succeed before
    /// the deadline.
    async fn write<F>(&self, until: Instant, write: impl Fn() -> F) -> Option<ClaimState>
    where
        F: Future<Output = Result<ClaimState, StoreError>>,
    {
        let mut wait = RETRY_DELAY;
        loop {
            match timeout_at(until, write()).await {
                Ok(Ok(held)) => return Some(held),
                Ok(Err(error)) => {
                    let seconds = until.saturating_duration_since(Instant::now()).as_secs();
                    tracing::error!(
                        %error,
                        "cannot store the status of the job, retrying for up to {seconds} s"
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
        self.worker.running_jobs().remove(&self.claimed.claim.id);
    }
}

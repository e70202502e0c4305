//! The poller, which decides when to claim jobs, and how many. It does no I/O.

use std::time::Duration;

use tokio::time::Instant;

pub(crate) const MAX_CLAIM: usize = 10;

/// Time from the end of a job to the next claim, while more jobs may be due. If other jobs
/// end in this time, one claim replaces all jobs that have ended: a claim of ten jobs takes
/// hardly longer than a claim of one job.
const BATCH_DELAY: Duration = Duration::from_millis(2);

const MAX_BACKOFF: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollerAction {
    Claim(usize),
    /// Wait for an event. If a time is given, wait at most until this time.
    Wait(Option<Instant>),
    Finished,
}

#[derive(Debug)]
pub(crate) struct Poller {
    concurrency: usize,
    poll: Duration,
    running: usize,
    due: Instant,
    /// `true` if the last claim reached its limit, so that more jobs may be due.
    may_be_more: bool,
    /// Time at which the first job ended after the last claim.
    freed: Option<Instant>,
    /// `true` if jobs were enqueued that the last claim may have missed.
    woken: bool,
    failures: u32,
    stopping: bool,
}

impl Poller {
    pub(crate) fn new(concurrency: usize, poll: Duration, now: Instant) -> Self {
        let concurrency = concurrency.max(1);
        let (running, failures) = (0, 0);
        Self {
            concurrency,
            poll,
            running,
            due: now,
            may_be_more: false,
            freed: None,
            woken: false,
            failures,
            stopping: false,
        }
    }

    pub(crate) fn step(&self, now: Instant) -> PollerAction {
        if self.stopping {
            return if self.running == 0 {
                PollerAction::Finished
            } else {
                PollerAction::Wait(None)
            };
        }
        let free = self.concurrency.saturating_sub(self.running);
        if free == 0 {
            return PollerAction::Wait(None);
        }
        // After a failed claim, new jobs do not shorten the backoff.
        let is_due = self.due <= now || (self.woken && self.failures == 0);
        if !is_due {
            return PollerAction::Wait(Some(self.due));
        }
        let gathered =
            self.freed.filter(|_| self.may_be_more && free < self.concurrency.min(MAX_CLAIM));
        match gathered.map(|freed| freed + BATCH_DELAY) {
            Some(until) if until > now => PollerAction::Wait(Some(until)),
            _ => PollerAction::Claim(free.min(MAX_CLAIM)),
        }
    }

    pub(crate) fn woken(&mut self) {
        self.woken = true;
    }

    /// Records a claim of at most `limit` jobs that started `count` jobs.
    pub(crate) fn claimed(&mut self, limit: usize, count: usize, now: Instant) {
        self.failures = 0;
        self.woken = false;
        self.running += count;
        self.may_be_more = count == limit;
        self.freed = None;
        self.due = if self.may_be_more { now } else { now + self.poll };
    }

    pub(crate) fn failed(&mut self, now: Instant) {
        let wait = self.poll.saturating_mul(1 << self.failures.min(16));
        self.due = now + wait.min(MAX_BACKOFF.max(self.poll));
        self.failures = self.failures.saturating_add(1);
    }

    pub(crate) fn ended(&mut self, now: Instant) {
        self.running = self.running.saturating_sub(1);
        self.freed.get_or_insert(now);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping
    }

    pub(crate) fn stop(&mut self) {
        self.stopping = true;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLL: Duration = Duration::from_secs(1);

    fn poller(concurrency: usize) -> (Poller, Instant) {
        let now = Instant::now();
        (Poller::new(concurrency, POLL, now), now)
    }

    #[test]
    fn jobs_are_claimed_at_once_and_then_each_second() {
        let (mut poller, now) = poller(20);
        assert_eq!(poller.step(now), PollerAction::Claim(10));
        poller.claimed(10, 0, now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + POLL)));
        assert_eq!(poller.step(now + POLL), PollerAction::Claim(10));
    }

    #[test]
    fn a_full_claim_is_followed_by_another() {
        let (mut poller, now) = poller(25);
        poller.claimed(10, 10, now);
        assert_eq!(poller.step(now), PollerAction::Claim(10));
        poller.claimed(10, 10, now);
        assert_eq!(poller.step(now), PollerAction::Claim(5));
        poller.claimed(5, 4, now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + POLL)));
    }

    #[test]
    fn no_more_jobs_run_than_the_concurrency() {
        let (mut poller, now) = poller(2);
        assert_eq!(poller.step(now), PollerAction::Claim(2));
        poller.claimed(2, 2, now);
        poller.woken();
        assert_eq!(poller.step(now + POLL * 100), PollerAction::Wait(None));
        poller.ended(now);
        assert_eq!(poller.step(now + BATCH_DELAY), PollerAction::Claim(1));
    }

    #[test]
    fn free_slots_are_gathered_while_more_jobs_are_due() {
        let (mut poller, now) = poller(10);
        poller.claimed(10, 10, now);
        poller.ended(now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + BATCH_DELAY)));
        let later = now + BATCH_DELAY / 2;
        poller.ended(later);
        assert_eq!(poller.step(later), PollerAction::Wait(Some(now + BATCH_DELAY)));
        // The wait ends after the delay, and is skipped if all jobs have ended.
        assert_eq!(poller.step(now + BATCH_DELAY), PollerAction::Claim(2));
        (0..8).for_each(|_| poller.ended(later));
        assert_eq!(poller.step(later), PollerAction::Claim(10));
        // There is no wait if the last claim did not reach its limit.
        poller.claimed(10, 4, now);
        poller.ended(now);
        poller.woken();
        assert_eq!(poller.step(now), PollerAction::Claim(7));
    }

    #[test]
    fn a_wake_claims_at_once() {
        let (mut poller, now) = poller(10);
        poller.claimed(10, 0, now);
        poller.woken();
        assert_eq!(poller.step(now), PollerAction::Claim(10));
    }

    #[test]
    fn a_failing_database_is_polled_with_backoff() {
        let (mut poller, mut now) = poller(10);
        let waits = [1, 2, 4, 8, 16, 30, 30].map(|expected| {
            poller.failed(now);
            poller.woken();
            let until = now + Duration::from_secs(expected);
            assert_eq!(poller.step(now), PollerAction::Wait(Some(until)));
            now = until;
            expected
        });
        assert_eq!(poller.step(now), PollerAction::Claim(10), "after {waits:?}");
        poller.claimed(10, 0, now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + POLL)));
    }

    #[test]
    fn stopping_finishes_after_the_last_job_has_ended() {
        let (mut poller, now) = poller(10);
        poller.claimed(10, 2, now);
        poller.stop();
        poller.woken();
        assert_eq!(poller.step(now + POLL), PollerAction::Wait(None));
        poller.ended(now);
        assert_eq!(poller.step(now + POLL), PollerAction::Wait(None));
        poller.ended(now);
        assert_eq!(poller.step(now + POLL), PollerAction::Finished);
    }

    #[derive(Debug, Clone)]
    enum Event {
        Woken,
        Claimed(usize),
        Failed,
        Ended,
        Passed(u64),
        Stop,
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => Just(Event::Woken),
            8 => (0_usize..=10).prop_map(Event::Claimed),
            2 => Just(Event::Failed),
            8 => Just(Event::Ended),
            8 => (0_u64..40_000).prop_map(Event::Passed),
            1 => Just(Event::Stop),
        ]
    }

    proptest! {
        /// The concurrency is never exceeded, no job is claimed after a stop, and a
        /// wait always has an end or a running job to wait for.
        #[test]
        fn any_sequence_of_events_keeps_the_invariants(
            concurrency in 1_usize..30,
            events in prop::collection::vec(event(), 0..200),
        ) {
            let mut now = Instant::now();
            let mut poller = Poller::new(concurrency, POLL, now);
            let mut running = 0;
            let mut stopped = false;
            for event in events {
                match (event, poller.step(now)) {
                    (Event::Woken, _) => poller.woken(),
                    (Event::Claimed(got), PollerAction::Claim(limit)) => {
                        prop_assert!((1..=MAX_CLAIM).contains(&limit));
                        let got = got.min(limit);
                        poller.claimed(limit, got, now);
                        running += got;
                    }
                    (Event::Failed, PollerAction::Claim(_)) => poller.failed(now),
                    (Event::Ended, _) if running > 0 => {
                        running -= 1;
                        poller.ended(now);
                    }
                    (Event::Passed(milliseconds), _) => {
                        now += Duration::from_millis(milliseconds);
                    }
                    (Event::Stop, _) => {
                        poller.stop();
                        stopped = true;
                    }
                    _ => {}
                }
                prop_assert!(running <= concurrency);
                match poller.step(now) {
                    PollerAction::Claim(limit) => {
                        prop_assert!(!stopped && limit >= 1 && running + limit <= concurrency);
                    }
                    PollerAction::Wait(Some(until)) => {
                        prop_assert!(!stopped && running < concurrency);
                        prop_assert!(until > now && until <= now + MAX_BACKOFF);
                    }
                    PollerAction::Wait(None) => prop_assert!(running > 0),
                    PollerAction::Finished => prop_assert!(stopped && running == 0),
                }
            }
        }
    }
}

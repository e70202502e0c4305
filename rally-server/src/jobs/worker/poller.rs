//! The pace: when the runner looks for jobs, and for how many.

use std::time::Duration;

use tokio::time::Instant;

/// How many jobs are claimed at once, at most.
pub(crate) const CLAIM: usize = 10;

/// How long one that has ended waits for others, where more jobs wait: to claim
/// ten takes no longer than to claim one.
const GATHERING: Duration = Duration::from_millis(2);

/// How long the runner waits at most before it asks again a database that
/// failed.
const LONGEST: Duration = Duration::from_secs(30);

/// What the runner does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollerAction {
    /// It claims jobs, no more than this.
    Claim(usize),
    /// It waits for something to happen, or until then.
    Wait(Option<Instant>),
    /// It has stopped, and nothing runs any more.
    Finished,
}

/// What has happened so far, and what is to be done about it.
#[derive(Debug)]
pub(crate) struct Poller {
    concurrency: usize,
    poll: Duration,
    running: usize,
    /// When to look for jobs.
    due: Instant,
    /// The last look found as many as were asked for.
    more: bool,
    /// Since when there is room that no job has taken.
    freed: Option<Instant>,
    /// Jobs were enqueued that the last look may not have seen.
    woken: bool,
    /// How often in a row the database has failed.
    failures: u32,
    stopping: bool,
}

impl Poller {
    /// A runner that looks for jobs at once.
    pub(crate) fn new(concurrency: usize, poll: Duration, now: Instant) -> Self {
        let concurrency = concurrency.max(1);
        let (running, failures) = (0, 0);
        Self {
            concurrency,
            poll,
            running,
            due: now,
            more: false,
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
        // A database that fails is left alone, whoever enqueues.
        let is_due = self.due <= now || (self.woken && self.failures == 0);
        if !is_due {
            return PollerAction::Wait(Some(self.due));
        }
        let gathered = self.freed.filter(|_| self.more && free < self.concurrency.min(CLAIM));
        match gathered.map(|freed| freed + GATHERING) {
            Some(until) if until > now => PollerAction::Wait(Some(until)),
            _ => PollerAction::Claim(free.min(CLAIM)),
        }
    }

    /// Something was enqueued.
    pub(crate) fn woken(&mut self) {
        self.woken = true;
    }

    /// So many were asked for, and so many there were, all of which run now.
    pub(crate) fn claimed(&mut self, asked: usize, got: usize, now: Instant) {
        self.failures = 0;
        self.woken = false;
        self.running += got;
        // Where there were as many as asked for, there may be more.
        self.more = got == asked;
        self.freed = None;
        self.due = if self.more { now } else { now + self.poll };
    }

    /// The database could not be asked.
    pub(crate) fn failed(&mut self, now: Instant) {
        let wait = self.poll.saturating_mul(1 << self.failures.min(16));
        self.due = now + wait.min(LONGEST.max(self.poll));
        self.failures = self.failures.saturating_add(1);
    }

    /// A job has ended, however it did.
    pub(crate) fn ended(&mut self, now: Instant) {
        self.running = self.running.saturating_sub(1);
        self.freed.get_or_insert(now);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// No more jobs are claimed.
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
    fn it_looks_at_once_and_then_each_second() {
        let (mut poller, now) = poller(20);
        assert_eq!(poller.step(now), PollerAction::Claim(10));
        poller.claimed(10, 0, now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + POLL)));
        assert_eq!(poller.step(now + POLL), PollerAction::Claim(10));
    }

    #[test]
    fn where_there_were_as_many_as_asked_for_it_asks_again() {
        let (mut poller, now) = poller(25);
        poller.claimed(10, 10, now);
        assert_eq!(poller.step(now), PollerAction::Claim(10));
        poller.claimed(10, 10, now);
        assert_eq!(poller.step(now), PollerAction::Claim(5));
        poller.claimed(5, 4, now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + POLL)));
    }

    #[test]
    fn no_more_run_than_may() {
        let (mut poller, now) = poller(2);
        assert_eq!(poller.step(now), PollerAction::Claim(2));
        poller.claimed(2, 2, now);
        poller.woken();
        assert_eq!(poller.step(now + POLL * 100), PollerAction::Wait(None));
        poller.ended(now);
        assert_eq!(poller.step(now + GATHERING), PollerAction::Claim(1));
    }

    #[test]
    fn where_more_wait_those_that_end_are_gathered() {
        let (mut poller, now) = poller(10);
        poller.claimed(10, 10, now);
        poller.ended(now);
        assert_eq!(poller.step(now), PollerAction::Wait(Some(now + GATHERING)));
        let later = now + GATHERING / 2;
        poller.ended(later);
        assert_eq!(poller.step(later), PollerAction::Wait(Some(now + GATHERING)));
        // No longer than that, and not at all once all have ended.
        assert_eq!(poller.step(now + GATHERING), PollerAction::Claim(2));
        (0..8).for_each(|_| poller.ended(later));
        assert_eq!(poller.step(later), PollerAction::Claim(10));
        // And where none wait nobody does.
        poller.claimed(10, 4, now);
        poller.ended(now);
        poller.woken();
        assert_eq!(poller.step(now), PollerAction::Claim(7));
    }

    #[test]
    fn what_is_enqueued_is_looked_for_at_once() {
        let (mut poller, now) = poller(10);
        poller.claimed(10, 0, now);
        poller.woken();
        assert_eq!(poller.step(now), PollerAction::Claim(10));
    }

    #[test]
    fn a_database_that_fails_is_left_alone_for_longer_and_longer() {
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
    fn it_stops_when_the_last_has_ended() {
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
        /// Whatever happens: never more run than may, none is claimed after the
        /// stop, and the runner never waits for what has happened already.
        #[test]
        fn whatever_happens(
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
                        prop_assert!((1..=CLAIM).contains(&limit));
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
                        prop_assert!(until > now && until <= now + LONGEST);
                    }
                    PollerAction::Wait(None) => prop_assert!(running > 0),
                    PollerAction::Finished => prop_assert!(stopped && running == 0),
                }
            }
        }
    }
}

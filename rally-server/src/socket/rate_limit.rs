//! The rate limit of one socket: how fast its client may talk, and how often
//! send malformed messages. No clock.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;

/// A malformed message is forgotten after this.
const FORGOTTEN: Duration = Duration::from_secs(60);

/// What one socket's client has done lately.
pub(super) struct RateLimiter {
    messages: Bucket,
    /// Messages beyond those: a client that does not slow down when it is told
    /// that the server is busy.
    excess: Bucket,
    malformed: Bucket,
}

/// How fast a client talks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RateDecision {
    Fine,
    TooFast,
    Flood,
}

impl RateLimiter {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        let interval = Duration::from_secs(1) / limits.per_second.max(1);
        let interval = interval.max(Duration::from_nanos(1));
        Self {
            messages: Bucket::new(limits.burst, interval, now),
            excess: Bucket::new(limits.burst, interval, now),
            malformed: Bucket::new(limits.malformed, FORGOTTEN, now),
        }
    }

    /// A message came.
    pub(super) fn message(&mut self, now: Instant) -> RateDecision {
        if self.messages.take(now) {
            RateDecision::Fine
        } else if self.excess.take(now) {
            RateDecision::TooFast
        } else {
            RateDecision::Flood
        }
    }

    /// A message turned out to be malformed: whether that can be borne.
    pub(super) fn malformed(&mut self, now: Instant) -> bool {
        self.malformed.take(now)
    }
}

/// A token bucket: so many at once, and so many in the long run. It counts
/// tokens as time: the bucket is full once `due` has passed, and each token
/// taken moves that on by one interval.
struct Bucket {
    interval: Duration,
    /// How far `due` may lie ahead.
    ahead: Duration,
    due: Instant,
}

impl Bucket {
    /// A full one, of `burst` tokens, to which one is added every `interval`.
    fn new(burst: u32, interval: Duration, now: Instant) -> Self {
        Self { interval, ahead: interval.saturating_mul(burst), due: now }
    }

    /// Takes a token, if there is one.
    fn take(&mut self, now: Instant) -> bool {
        let due = self.due.max(now) + self.interval;
        let is_there = due - now <= self.ahead;
        if is_there {
            self.due = due;
        }
        is_there
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn so_many_at_once_and_one_more_each_interval() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, SECOND, start);
        let mut taken = |after: u32| bucket.take(start + SECOND * after);
        assert_eq!([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false]);
        assert_eq!([taken(1), taken(1)], [true, false]);
        // It holds no more than when it was full.
        assert_eq!([taken(9), taken(9), taken(9), taken(9)], [true, true, true, false]);
    }

    #[test]
    fn a_bucket_without_room_gives_nothing() {
        let now = Instant::now();
        assert!(!Bucket::new(0, SECOND, now).take(now));
    }

    #[test]
    fn a_client_that_does_not_slow_down_floods() {
        let start = Instant::now();
        let limits = Limits { per_second: 1, burst: 2, malformed: 1, ..Limits::default() };
        let mut limiter = RateLimiter::new(&limits, start);
        let paces: Vec<_> = (0..5).map(|_| limiter.message(start)).collect();
        use RateDecision::*;
        assert_eq!(paces, [Fine, Fine, TooFast, TooFast, Flood]);
        assert_eq!(limiter.message(start + SECOND), Fine);
        assert_eq!([limiter.malformed(start), limiter.malformed(start)], [true, false]);
        assert!(limiter.malformed(start + FORGOTTEN));
    }

    proptest! {
        /// No span of time gives more than the burst and what was added in it.
        #[test]
        fn no_span_of_time_gives_more(
            burst in 1..20_u32,
            gaps in prop::collection::vec(0..3000_u64, 1..60),
        ) {
            let mut now = Instant::now();
            let mut bucket = Bucket::new(burst, SECOND, now);
            let mut taken: Vec<Instant> = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                if bucket.take(now) {
                    taken.push(now);
                }
            }
            for (index, from) in taken.iter().enumerate() {
                for (more, to) in taken[index..].iter().enumerate() {
                    let added = (*to - *from).as_secs() + 1;
                    prop_assert!((more as u64) < u64::from(burst) + added);
                }
            }
        }
    }
}

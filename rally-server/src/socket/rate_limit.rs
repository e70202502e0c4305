//! The rate limit of one socket's messages and malformed messages.
//!
//! This module reads no clock: callers pass the time.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;

/// The time after which one malformed message no longer counts.
const FORGOTTEN: Duration = Duration::from_secs(60);

pub(super) struct RateLimiter {
    messages: Bucket,
    /// Counts the messages beyond the limit. A client that ignores `Busy` empties this bucket
    /// too.
    excess: Bucket,
    malformed: Bucket,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RateDecision {
    Accept,
    /// Answer with `Busy`.
    TooFast,
    /// Close the socket.
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

    pub(super) fn message(&mut self, now: Instant) -> RateDecision {
        if self.messages.take(now) {
            RateDecision::Accept
        } else if self.excess.take(now) {
            RateDecision::TooFast
        } else {
            RateDecision::Flood
        }
    }

    /// Counts a malformed message; returns `false` if there were too many.
    pub(super) fn malformed(&mut self, now: Instant) -> bool {
        self.malformed.take(now)
    }
}

/// A token bucket. Tokens are counted as time: the bucket is full at `full_at`, and each
/// token taken moves `full_at` one interval later.
struct Bucket {
    interval: Duration,
    /// The time in which an empty bucket becomes full.
    time_to_fill: Duration,
    full_at: Instant,
}

impl Bucket {
    fn new(burst: u32, interval: Duration, now: Instant) -> Self {
        Self { interval, time_to_fill: interval.saturating_mul(burst), full_at: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.max(now) + self.interval;
        let is_available = full_at - now <= self.time_to_fill;
        if is_available {
            self.full_at = full_at;
        }
        is_available
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_bucket_allows_a_burst_and_refills_each_interval() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, SECOND, start);
        let mut taken = |after: u32| bucket.take(start + SECOND * after);
        assert_eq!([taken(0), taken(0), taken(0), taken(0)], [true, true, true, false]);
        assert_eq!([taken(1), taken(1)], [true, false]);
        // A long pause does not fill the bucket beyond the burst.
        assert_eq!([taken(9), taken(9), taken(9), taken(9)], [true, true, true, false]);
    }

    #[test]
    fn a_bucket_of_burst_zero_is_always_empty() {
        let now = Instant::now();
        assert!(!Bucket::new(0, SECOND, now).take(now));
    }

    #[test]
    fn a_client_that_ignores_busy_is_a_flood() {
        let start = Instant::now();
        let limits = Limits { per_second: 1, burst: 2, malformed: 1, ..Limits::default() };
        let mut limiter = RateLimiter::new(&limits, start);
        let decisions: Vec<_> = (0..5).map(|_| limiter.message(start)).collect();
        use RateDecision::*;
        assert_eq!(decisions, [Accept, Accept, TooFast, TooFast, Flood]);
        assert_eq!(limiter.message(start + SECOND), Accept);
        assert_eq!([limiter.malformed(start), limiter.malformed(start)], [true, false]);
        assert!(limiter.malformed(start + FORGOTTEN));
    }

    proptest! {
        #[test]
        fn no_time_span_exceeds_burst_and_refill(
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

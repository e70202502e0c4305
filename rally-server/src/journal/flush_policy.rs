//! The flush policy, which decides when the journal's writer removes old messages and
//! when it reports dropped messages. It does no I/O and reads no clock.

use std::time::Duration;

use tokio::time::Instant;

/// Time for which the writer collects messages after the first message of a batch.
pub(super) const BATCH_DELAY: Duration = Duration::from_millis(100);

pub(super) const BATCH: usize = 256;

/// Number of written messages after which old messages are removed.
const CLEANUP_AFTER: usize = 1024;

const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);

/// Interval of cleanups while no messages are written. Stored messages reach their
/// maximum age even then.
const IDLE_CLEANUP_INTERVAL: Duration = Duration::from_secs(3600);

const REPORT_INTERVAL: Duration = Duration::from_secs(60);

pub(super) struct FlushPolicy {
    written: usize,
    cleaned_up_at: Instant,
    is_over_limit: bool,
    unreported: u64,
    reported_at: Option<Instant>,
}

impl FlushPolicy {
    /// Creates a policy. The first cleanup is due at once, because the file may be full.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            written: 0,
            cleaned_up_at: now,
            is_over_limit: true,
            unreported: 0,
            reported_at: None,
        }
    }

    pub(super) fn wrote(&mut self, messages: usize) {
        self.written += messages;
    }

    pub(super) fn lost(&mut self, messages: u64) {
        self.unreported += messages;
    }

    pub(super) fn next_cleanup(&self) -> Instant {
        if self.is_over_limit || self.written >= CLEANUP_AFTER {
            return self.cleaned_up_at;
        }
        self.cleaned_up_at + if self.written > 0 { CLEANUP_INTERVAL } else { IDLE_CLEANUP_INTERVAL }
    }

    /// Records a cleanup. If it is not complete, the next one is due at once.
    pub(super) fn cleaned_up(&mut self, now: Instant, is_complete: bool) {
        *self = Self { written: 0, cleaned_up_at: now, is_over_limit: !is_complete, ..*self };
    }

    /// Returns the number of dropped messages to report now, and marks these messages as
    /// reported. With `report_all`, the interval between reports is ignored.
    pub(super) fn losses_to_report(&mut self, now: Instant, report_all: bool) -> Option<u64> {
        let is_due =
            self.reported_at.is_none_or(|reported_at| now - reported_at >= REPORT_INTERVAL);
        if self.unreported == 0 || !(is_due || report_all) {
            return None;
        }
        self.reported_at = Some(now);
        Some(std::mem::take(&mut self.unreported))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn cleanup_runs_at_start_then_after_many_messages_or_a_while() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        assert_eq!(policy.next_cleanup(), start);
        policy.cleaned_up(start, true);
        assert_eq!(policy.next_cleanup(), start + 3600 * SECOND);
        policy.wrote(CLEANUP_AFTER - 1);
        assert_eq!(policy.next_cleanup(), start + 60 * SECOND);
        policy.wrote(1);
        assert_eq!(policy.next_cleanup(), start);
        policy.cleaned_up(start + SECOND, true);
        assert_eq!(policy.next_cleanup(), start + 3601 * SECOND);
    }

    #[test]
    fn an_incomplete_cleanup_continues_at_once() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        policy.cleaned_up(start + SECOND, false);
        assert_eq!(policy.next_cleanup(), start + SECOND);
    }

    #[test]
    fn losses_are_reported_at_once_and_then_together() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        assert_eq!(policy.losses_to_report(start, true), None);
        policy.lost(3);
        assert_eq!(policy.losses_to_report(start, false), Some(3));
        policy.lost(4);
        policy.lost(5);
        assert_eq!(policy.losses_to_report(start + 59 * SECOND, false), None);
        assert_eq!(policy.losses_to_report(start + 60 * SECOND, false), Some(9));
        policy.lost(1);
        assert_eq!(policy.losses_to_report(start + 60 * SECOND, false), None);
        assert_eq!(policy.losses_to_report(start + 60 * SECOND, true), Some(1));
    }
}

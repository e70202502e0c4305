//! Pace: when the writer writes and makes room, and how often it tells of what
//! was lost. No clock, and no file.

use std::time::Duration;

use tokio::time::Instant;

/// For how long messages gather before they are written. Meanwhile whoever
/// sends one wakes nobody.
pub(super) const GATHERING: Duration = Duration::from_millis(100);

/// How many messages are written at once.
pub(super) const BATCH: usize = 256;

/// After so many messages there may be too many.
const ROOM_FOR: usize = 1024;

/// Room is made this often while messages come.
const ROOM_EVERY: Duration = Duration::from_secs(60);

/// And this often while there are none, which grow old nevertheless.
const ROOM_AT_REST: Duration = Duration::from_secs(3600);

/// Losses are told of this often.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// When the writer does what.
pub(super) struct FlushPolicy {
    /// How many messages were written since there was room made.
    written: usize,
    room_made: Instant,
    is_full: bool,
    /// How many were lost of which nobody was told.
    untold: u64,
    told: Option<Instant>,
}

impl FlushPolicy {
    /// Begins with a file of which it does not know how full it is.
    pub(super) fn new(now: Instant) -> Self {
        Self { written: 0, room_made: now, is_full: true, untold: 0, told: None }
    }

    /// So many messages were written.
    pub(super) fn wrote(&mut self, messages: usize) {
        self.written += messages;
    }

    /// So many messages were lost: they came too fast, or could not be written.
    pub(super) fn lost(&mut self, messages: u64) {
        self.untold += messages;
    }

    /// When room is to be made next, should nothing happen until then.
    pub(super) fn next_room(&self) -> Instant {
        if self.is_full || self.written >= ROOM_FOR {
            return self.room_made;
        }
        self.room_made + if self.written > 0 { ROOM_EVERY } else { ROOM_AT_REST }
    }

    /// Room was made, and perhaps not enough.
    pub(super) fn made_room(&mut self, now: Instant, is_enough: bool) {
        *self = Self { written: 0, room_made: now, is_full: !is_enough, ..*self };
    }

    /// How many losses are to be told of now: at once, and then not again for a
    /// while; at the end, all of them.
    pub(super) fn losses_to_tell(&mut self, now: Instant, is_end: bool) -> Option<u64> {
        let is_due = self.told.is_none_or(|told| now - told >= TOLD_EVERY);
        if self.untold == 0 || !(is_due || is_end) {
            return None;
        }
        self.told = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn room_is_made_first_then_after_many_messages_or_a_while() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        assert_eq!(policy.next_room(), start);
        policy.made_room(start, true);
        assert_eq!(policy.next_room(), start + 3600 * SECOND);
        policy.wrote(ROOM_FOR - 1);
        assert_eq!(policy.next_room(), start + 60 * SECOND);
        policy.wrote(1);
        assert_eq!(policy.next_room(), start);
        policy.made_room(start + SECOND, true);
        assert_eq!(policy.next_room(), start + 3601 * SECOND);
    }

    #[test]
    fn what_is_still_too_full_is_gone_on_with() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        policy.made_room(start + SECOND, false);
        assert_eq!(policy.next_room(), start + SECOND);
    }

    #[test]
    fn losses_are_told_at_once_and_then_together() {
        let start = Instant::now();
        let mut policy = FlushPolicy::new(start);
        assert_eq!(policy.losses_to_tell(start, true), None);
        policy.lost(3);
        assert_eq!(policy.losses_to_tell(start, false), Some(3));
        policy.lost(4);
        policy.lost(5);
        assert_eq!(policy.losses_to_tell(start + 59 * SECOND, false), None);
        assert_eq!(policy.losses_to_tell(start + 60 * SECOND, false), Some(9));
        policy.lost(1);
        assert_eq!(policy.losses_to_tell(start + 60 * SECOND, false), None);
        assert_eq!(policy.losses_to_tell(start + 60 * SECOND, true), Some(1));
    }
}

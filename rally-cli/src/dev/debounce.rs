//! Debouncing: many file events become one change, after a short time without events.

use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Debounce {
    quiet: Duration,
    due: Option<Instant>,
}

impl Debounce {
    pub(crate) fn new(quiet: Duration) -> Self {
        Self { quiet, due: None }
    }

    pub(crate) fn touch(&mut self, now: Instant) {
        self.due = Some(now + self.quiet);
    }

    /// Returns the remaining time to wait, or `None` if there is no change.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }

    /// Returns `true` once for each change, when the time without events is over.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let over = self.due.is_some_and(|due| due <= now);
        if over {
            self.due = None;
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_events_are_one_change() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut debounce = Debounce::new(Duration::from_millis(50));
        assert_eq!(debounce.wait(start), None);
        debounce.touch(at(0));
        debounce.touch(at(30));
        assert!(!debounce.take(at(50)));
        assert_eq!(debounce.wait(at(50)), Some(Duration::from_millis(30)));
        assert!(debounce.take(at(80)));
        assert!(!debounce.take(at(90)));
        assert_eq!(debounce.wait(at(90)), None);
    }
}

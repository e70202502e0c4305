//! Debounce: many events of one save become one change, once it has been quiet for a moment.

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

    /// Something changed: wait a little longer.
    pub(crate) fn touch(&mut self, now: Instant) {
        self.due = Some(now + self.quiet);
    }

    /// How long to wait for the change to be over; nothing when there is none.
    pub(crate) fn wait(&self, now: Instant) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(now))
    }

    /// Whether a change is over. True once for each.
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
    fn a_change_is_over_when_it_has_been_quiet() {
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

//! Back-off: how long to wait before the next attempt.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Doubles from 500 ms to 30 s. Each wait is drawn from the upper half of its
/// step, so that the clients of a restarted server do not come back at once.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// The next wait; `random` is within [0, 1).
    pub fn next(&mut self, random: f64) -> Duration {
        let step = FIRST.saturating_mul(2_u32.saturating_pow(self.attempts)).min(LONGEST);
        self.attempts = self.attempts.saturating_add(1);
        step.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_up_to_half_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    }

    #[test]
    fn it_never_waits_less_than_half_of_its_step_however_often_it_failed() {
        let mut backoff = Backoff { attempts: u32::MAX - 1 };
        assert_eq!([backoff.next(0.0), backoff.next(0.0)], [LONGEST / 2; 2]);
    }
}

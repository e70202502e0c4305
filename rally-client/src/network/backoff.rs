//! The delay before the next attempt to connect.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// Exponential backoff with jitter. The step is 500 ms at first, and doubles with each attempt up
/// to 30 s. The delay is a random time between half a step and a step, so that the clients of a
/// restarted server do not all reconnect at the same moment.
#[derive(Debug, Default)]
pub struct Backoff {
    attempts: u32,
}

impl Backoff {
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
    fn delays_double_up_to_30_seconds() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    }

    #[test]
    fn a_delay_is_at_least_half_a_step_after_any_number_of_attempts() {
        let mut backoff = Backoff { attempts: u32::MAX - 1 };
        assert_eq!([backoff.next(0.0), backoff.next(0.0)], [LONGEST / 2; 2]);
    }
}

//! The retry policy: the outcome of an attempt and the backoff.

use std::time::Duration;

/// Maximum number of attempts. A claim counts as an attempt, even if the process crashes
/// before the job ends. A claim that is released does not count.
pub(crate) const ATTEMPTS: i64 = 5;

/// Maximum length of a stored error without the suffix `..`, in bytes.
const MAX_ERROR: usize = 2048;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobOutcome {
    Completed,
    Retry { after: Duration, error: String },
    Dead { error: String },
}

impl JobOutcome {
    /// Returns the outcome of an attempt. `attempt` counts from 1.
    pub(crate) fn of(attempt: i64, result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Completed,
            Err(error) if attempt >= ATTEMPTS => Self::Dead { error: bounded(error) },
            Err(error) => Self::Retry { after: backoff(attempt), error: bounded(error) },
        }
    }
}

/// Returns the delay before the next attempt: 5, 20, 45 or 80 seconds.
fn backoff(attempt: i64) -> Duration {
    // The number comes from the database and may be out of range.
    let attempt = u64::try_from(attempt.clamp(1, ATTEMPTS)).unwrap_or(1);
    Duration::from_secs(5 * attempt * attempt)
}

fn bounded(mut error: String) -> String {
    // PostgreSQL does not accept NUL characters in a text.
    error.retain(|character| character != '\0');
    if error.len() > MAX_ERROR {
        error.truncate(error.floor_char_boundary(MAX_ERROR));
        error.push_str("..");
    }
    error
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failed(attempt: i64) -> JobOutcome {
        JobOutcome::of(attempt, Err("no".to_owned()))
    }

    #[test]
    fn a_job_is_tried_five_times() {
        let waits = [1, 2, 3, 4].map(|attempt| match failed(attempt) {
            JobOutcome::Retry { after, .. } => after.as_secs(),
            other => panic!("{other:?}"),
        });
        assert_eq!(waits, [5, 20, 45, 80]);
        assert_eq!(failed(5), JobOutcome::Dead { error: "no".to_owned() });
    }

    #[test]
    fn success_completes_the_job_at_any_attempt() {
        for attempt in [i64::MIN, 0, 1, 5, 6, i64::MAX] {
            assert_eq!(JobOutcome::of(attempt, Ok(())), JobOutcome::Completed);
        }
    }

    #[test]
    fn a_long_error_is_cut_between_characters() {
        let long = format!("a{}", "\u{20ac}".repeat(1000));
        let cut = bounded(long);
        assert!(cut.len() <= MAX_ERROR + 2 && cut.ends_with("\u{20ac}.."), "{}", cut.len());
        assert_eq!(bounded("a\0b".to_owned()), "ab");
    }

    proptest! {
        #[test]
        fn any_stored_attempt_count_has_a_valid_outcome(attempt: i64, error: String) {
            match JobOutcome::of(attempt, Err(error)) {
                JobOutcome::Dead { error } => {
                    prop_assert!(attempt >= ATTEMPTS && error.len() <= MAX_ERROR + 2);
                }
                JobOutcome::Retry { after, error } => {
                    prop_assert!(attempt < ATTEMPTS && error.len() <= MAX_ERROR + 2);
                    prop_assert!((5..=80).contains(&after.as_secs()));
                }
                JobOutcome::Completed => prop_assert!(false, "a failure must not complete the job"),
            }
        }
    }
}

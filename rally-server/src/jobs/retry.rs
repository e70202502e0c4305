//! Retries: what the end of an attempt makes of a job.

use std::time::Duration;

/// How often a job is tried. Each claim counts, also one whose process ended.
pub(crate) const ATTEMPTS: i64 = 5;

/// How much of an error is kept, in bytes.
const KEPT: usize = 2048;

/// What a job becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobOutcome {
    Completed,
    /// It waits, and is tried again.
    Again {
        after: Duration,
        error: String,
    },
    /// It is left to be looked at.
    Dead {
        error: String,
    },
}

impl JobOutcome {
    /// The end of an attempt, the first of which is 1.
    pub(crate) fn of(attempt: i64, result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Completed,
            Err(error) if attempt >= ATTEMPTS => Self::Dead { error: bounded(error) },
            Err(error) => Self::Again { after: back_off(attempt), error: bounded(error) },
        }
    }
}

/// 5, 20, 45 and 80 seconds.
fn back_off(attempt: i64) -> Duration {
    // A database may say anything.
    let attempt = u64::try_from(attempt.clamp(1, ATTEMPTS)).unwrap_or(1);
    Duration::from_secs(5 * attempt * attempt)
}

/// An error that somebody can read, and a database can hold.
fn bounded(mut error: String) -> String {
    // PostgreSQL has no text with one.
    error.retain(|character| character != '\0');
    if error.len() > KEPT {
        error.truncate(error.floor_char_boundary(KEPT));
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
            JobOutcome::Again { after, .. } => after.as_secs(),
            other => panic!("{other:?}"),
        });
        assert_eq!(waits, [5, 20, 45, 80]);
        assert_eq!(failed(5), JobOutcome::Dead { error: "no".to_owned() });
    }

    #[test]
    fn success_completes_whenever_it_comes() {
        for attempt in [i64::MIN, 0, 1, 5, 6, i64::MAX] {
            assert_eq!(JobOutcome::of(attempt, Ok(())), JobOutcome::Completed);
        }
    }

    #[test]
    fn a_long_error_is_cut_between_characters() {
        let long = format!("a{}", "\u{20ac}".repeat(1000));
        let cut = bounded(long);
        assert!(cut.len() <= KEPT + 2 && cut.ends_with("\u{20ac}.."), "{}", cut.len());
        assert_eq!(bounded("a\0b".to_owned()), "ab");
    }

    proptest! {
        #[test]
        fn whatever_the_database_says_there_is_an_end(attempt: i64, error: String) {
            match JobOutcome::of(attempt, Err(error)) {
                JobOutcome::Dead { error } => {
                    prop_assert!(attempt >= ATTEMPTS && error.len() <= KEPT + 2);
                }
                JobOutcome::Again { after, error } => {
                    prop_assert!(attempt < ATTEMPTS && error.len() <= KEPT + 2);
                    prop_assert!((5..=80).contains(&after.as_secs()));
                }
                JobOutcome::Completed => prop_assert!(false, "it failed"),
            }
        }
    }
}

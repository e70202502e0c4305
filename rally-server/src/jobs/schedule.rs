//! Schedules: jobs that are enqueued again and again.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use rally_core::codec::EncodeError;

use crate::config::BootError;
use crate::jobs::enqueue::NewJob;
use crate::jobs::error::StoreError;
use crate::jobs::store::{ClockOverride, JobStore};

/// A schedule as an app writes it.
pub(crate) struct ScheduleEntry {
    pub(crate) name: String,
    pub(crate) cron: String,
    pub(crate) job: Result<NewJob, EncodeError>,
}

/// The schedules of an app.
pub(crate) struct Schedules {
    /// The second before which no time has been missed.
    since: i64,
    schedules: Vec<Schedule>,
}

struct Schedule {
    name: String,
    cron: String,
    pattern: Cron,
    job: NewJob,
    /// When it is due next, as far as this process knows.
    due: Mutex<Option<i64>>,
}

impl Schedules {
    /// Checks them, in an app that begins at `since`.
    pub(crate) fn new(written: Vec<ScheduleEntry>, since: i64) -> Result<Self, BootError> {
        let mut names = HashSet::new();
        let schedules = written.into_iter().map(|written| {
            let schedule = Schedule::of(written, since)?;
            match names.insert(schedule.name.clone()) {
                true => Ok(schedule),
                false => Err(BootError::new(format_args!(
                    "there are two schedules `{}`: rename one of them",
                    schedule.name
                ))),
            }
        });
        let schedules = schedules.collect::<Result<_, _>>()?;
        Ok(Self { since, schedules })
    }

    /// Enqueues what is due.
    pub(crate) async fn tick(
        &self,
        store: &dyn JobStore,
        now: ClockOverride,
    ) -> Result<(), StoreError> {
        if self.schedules.is_empty() {
            return Ok(());
        }
        let second = match now {
            Some(second) => second,
            None => store.now().await?,
        };
        for schedule in &self.schedules {
            schedule.tick(store, self.since, second, now).await?;
        }
        Ok(())
    }
}

impl Schedule {
    fn of(written: ScheduleEntry, since: i64) -> Result<Self, BootError> {
        let ScheduleEntry { name, cron, job } = written;
        let wrong = |what: String| {
            BootError::new(format_args!(
                "the schedule `{name}` has the expression `{cron}`, {what}: write minute, hour, \
                 day of the month, month and day of the week, as in `0 3 * * *`"
            ))
        };
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let fields = cron.split_whitespace().count();
        if fields != 5 && !cron.starts_with('@') {
            let fields =
                if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") };
            return Err(wrong(format!("which has {fields} and not 5")));
        }
        let parsed = parser.build().parse(&cron);
        let pattern = parsed.map_err(|error| {
            let error = error.to_string();
            wrong(format!("which is none ({})", error.trim_end_matches('.')))
        })?;
        let job = job.map_err(|error| {
            BootError::new(format_args!("the job of the schedule `{name}`: {error}"))
        })?;
        if next(&pattern, since).is_none() {
            return Err(wrong("whose time never comes".to_owned()));
        }
        Ok(Self { name, cron, pattern, job, due: Mutex::default() })
    }

    async fn tick(
        &self,
        store: &dyn JobStore,
        since: i64,
        second: i64,
        now: ClockOverride,
    ) -> Result<(), StoreError> {
        let known = *self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_some_and(|due| due > second) {
            return Ok(());
        }
        let after = |second| next(&self.pattern, second).unwrap_or(i64::MAX);
        // Another process may have been first: it is asked what the database says.
        let mut due = store.plan(self.name.clone(), self.cron.clone(), after(since)).await?;
        if due <= second {
            let next = after(second);
            let (name, job) = (self.name.clone(), self.job.clone());
            if store.tick(name, due, next, job, now).await? {
                tracing::debug!(schedule = self.name, "enqueued a job");
            }
            due = next;
        }
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(due);
        Ok(())
    }
}

/// The unix second when a pattern is due after another one.
fn next(pattern: &Cron, after: i64) -> Option<i64> {
    let after = DateTime::<Utc>::from_timestamp(after, 0)?;
    pattern.find_next_occurrence(&after, false).ok().map(|next| next.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str, cron: &str) -> ScheduleEntry {
        let when = crate::jobs::enqueue::RunAt::ASAP;
        let job = NewJob { name: "test::Job", payload: Vec::new(), fingerprint: 1, when };
        ScheduleEntry { name: name.to_owned(), cron: cron.to_owned(), job: Ok(job) }
    }

    fn second(text: &str) -> i64 {
        text.parse::<DateTime<Utc>>().unwrap().timestamp()
    }

    #[track_caller]
    fn check(cron: &str, after: &str, expected: &[&str]) {
        let schedule = Schedule::of(written("test", cron), 0).unwrap_or_else(|it| panic!("{it}"));
        let mut after = second(after);
        for expected in expected {
            after = next(&schedule.pattern, after).unwrap();
            let found = DateTime::<Utc>::from_timestamp(after, 0).unwrap();
            assert_eq!(found, expected.parse::<DateTime<Utc>>().unwrap(), "{cron}");
        }
    }

    #[test]
    fn the_next_time() {
        check(
            "0 3 * * *",
            "2026-11-21T03:00:00Z",
            &["2026-11-22T03:00:00Z", "2026-11-23T03:00:00Z"],
        );
        check("*/15 * * * *", "2026-11-21T03:07:09Z", &["2026-11-21T03:15:00Z"]);
        check(
            "0 0 1 * *",
            "2026-11-21T03:00:00Z",
            &["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
        );
        check(
            "30 12 31 * *",
            "2026-11-21T03:00:00Z",
            &["2026-12-31T12:30:00Z", "2027-01-31T12:30:00Z", "2027-03-31T12:30:00Z"],
        );
        check(
            "0 0 29 2 *",
            "2026-11-21T03:00:00Z",
            &["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"],
        );
        check(
            "0 9 * * MON-FRI",
            "2026-11-20T09:00:00Z",
            &["2026-11-23T09:00:00Z", "2026-11-24T09:00:00Z"],
        );
        // As cron does: of two days that are given, either will do.
        check(
            "0 0 13 * FRI",
            "2026-11-20T09:00:00Z",
            &["2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z"],
        );
    }

    #[test]
    fn a_wrong_expression_is_told_with_its_schedule() {
        for cron in ["", "x", "0 3 * *", "0 3 * * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *"] {
            let error = Schedules::new(vec![written("nightly", cron)], 0).err().unwrap();
            let error = error.to_string();
            let named = format!("the schedule `nightly` has the expression `{cron}`, ");
            assert!(error.starts_with(&named) && error.ends_with("as in `0 3 * * *`"), "{error}");
        }
    }

    #[test]
    fn fields_are_counted() {
        for (cron, fields) in [("", "0 fields"), ("hourly", "1 field"), ("0 3 * * * *", "6 fields")]
        {
            let error = Schedules::new(vec![written("nightly", cron)], 0).err().unwrap();
            assert!(
                error.to_string().contains(&format!(", which has {fields} and not 5: ")),
                "{error}"
            );
        }
        assert!(Schedules::new(vec![written("hourly", "@hourly")], 0).is_ok());
    }

    #[test]
    fn a_time_that_never_comes() {
        let error = Schedules::new(vec![written("never", "0 0 30 2 *")], 0).err().unwrap();
        assert!(error.to_string().contains("whose time never comes"), "{error}");
    }

    #[test]
    fn two_schedules_of_one_name() {
        let two = vec![written("a", "0 3 * * *"), written("a", "0 4 * * *")];
        let error = Schedules::new(two, 0).err().unwrap().to_string();
        assert_eq!(error, "there are two schedules `a`: rename one of them");
    }
}

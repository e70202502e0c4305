//! Schedules that enqueue jobs at the times of a cron expression.

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

pub(crate) struct ScheduleEntry {
    pub(crate) name: String,
    pub(crate) cron: String,
    pub(crate) job: Result<NewJob, EncodeError>,
}

pub(crate) struct Schedules {
    /// Unix second at which a new or changed schedule begins. Its earlier times do not count
    /// as missed.
    since: i64,
    schedules: Vec<Schedule>,
}

struct Schedule {
    name: String,
    cron: String,
    pattern: Cron,
    job: NewJob,
    /// Next due time known to this process, in Unix seconds.
    due: Mutex<Option<i64>>,
}

impl Schedules {
    pub(crate) fn new(entries: Vec<ScheduleEntry>, since: i64) -> Result<Self, BootError> {
        let mut names = HashSet::new();
        let schedules = entries.into_iter().map(|entry| {
            let schedule = Schedule::of(entry, since)?;
            match names.insert(schedule.name.clone()) {
                true => Ok(schedule),
                false => Err(BootError::new(format_args!(
                    "two schedules have the name `{}`: rename one of them",
                    schedule.name
                ))),
            }
        });
        let schedules = schedules.collect::<Result<_, _>>()?;
        Ok(Self { since, schedules })
    }

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
    fn of(entry: ScheduleEntry, since: i64) -> Result<Self, BootError> {
        let ScheduleEntry { name, cron, job } = entry;
        let invalid = |reason: String| {
            BootError::new(format_args!(
                "the cron expression `{cron}` of the schedule `{name}` {reason}: write minute, \
                 hour, day of the month, month and day of the week, as in `0 3 * * *`"
            ))
        };
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let fields = cron.split_whitespace().count();
        if fields != 5 && !cron.starts_with('@') {
            let fields =
                if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") };
            return Err(invalid(format!("has {fields} instead of 5")));
        }
        let parsed = parser.build().parse(&cron);
        let pattern = parsed.map_err(|error| {
            let error = error.to_string();
            invalid(format!("is invalid ({})", error.trim_end_matches('.')))
        })?;
        let job = job.map_err(|error| {
            BootError::new(format_args!("cannot encode the job of the schedule `{name}`: {error}"))
        })?;
        if next(&pattern, since).is_none() {
            return Err(invalid("is never due".to_owned()));
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
        // Use the due time in the database: another process may have enqueued the job already.
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

fn next(pattern: &Cron, after: i64) -> Option<i64> {
    let after = DateTime::<Utc>::from_timestamp(after, 0)?;
    pattern.find_next_occurrence(&after, false).ok().map(|next| next.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, cron: &str) -> ScheduleEntry {
        let when = crate::jobs::enqueue::RunAt::ASAP;
        let job = NewJob { name: "test::Job", payload: Vec::new(), fingerprint: 1, when };
        ScheduleEntry { name: name.to_owned(), cron: cron.to_owned(), job: Ok(job) }
    }

    fn second(text: &str) -> i64 {
        text.parse::<DateTime<Utc>>().unwrap().timestamp()
    }

    #[track_caller]
    fn check(cron: &str, after: &str, expected: &[&str]) {
        let schedule = Schedule::of(entry("test", cron), 0).unwrap_or_else(|it| panic!("{it}"));
        let mut after = second(after);
        for expected in expected {
            after = next(&schedule.pattern, after).unwrap();
            let found = DateTime::<Utc>::from_timestamp(after, 0).unwrap();
            assert_eq!(found, expected.parse::<DateTime<Utc>>().unwrap(), "{cron}");
        }
    }

    #[test]
    fn the_next_due_time_is_found() {
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
        // As in cron, a date matches if one of the two day fields matches.
        check(
            "0 0 13 * FRI",
            "2026-11-20T09:00:00Z",
            &["2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z", "2026-12-11T00:00:00Z"],
        );
    }

    #[test]
    fn an_invalid_expression_is_refused_with_the_name_of_its_schedule() {
        for cron in ["", "x", "0 3 * *", "0 3 * * * *", "60 * * * *", "0 24 * * *", "0 0 0 * *"] {
            let error = Schedules::new(vec![entry("nightly", cron)], 0).err().unwrap();
            let error = error.to_string();
            let start = format!("the cron expression `{cron}` of the schedule `nightly` ");
            assert!(error.starts_with(&start) && error.ends_with("as in `0 3 * * *`"), "{error}");
        }
    }

    #[test]
    fn a_wrong_number_of_fields_is_refused() {
        for (cron, fields) in [("", "0 fields"), ("hourly", "1 field"), ("0 3 * * * *", "6 fields")]
        {
            let error = Schedules::new(vec![entry("nightly", cron)], 0).err().unwrap();
            assert!(
                error.to_string().contains(&format!(" has {fields} instead of 5: ")),
                "{error}"
            );
        }
        assert!(Schedules::new(vec![entry("hourly", "@hourly")], 0).is_ok());
    }

    #[test]
    fn an_expression_that_is_never_due_is_refused() {
        let error = Schedules::new(vec![entry("never", "0 0 30 2 *")], 0).err().unwrap();
        assert!(error.to_string().contains(" is never due: "), "{error}");
    }

    #[test]
    fn two_schedules_with_one_name_are_refused() {
        let two = vec![entry("a", "0 3 * * *"), entry("a", "0 4 * * *")];
        let error = Schedules::new(two, 0).err().unwrap().to_string();
        assert_eq!(error, "two schedules have the name `a`: rename one of them");
    }
}

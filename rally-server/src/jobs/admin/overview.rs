//! A snapshot of the jobs, shown by the page and by the terminal command.

use crate::jobs::error::StoreError;
use crate::jobs::store::{JobStore, JobSummary, Status};

const MAX_LISTED: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overview {
    /// Time of the snapshot, in Unix seconds.
    pub(super) now: i64,
    pub(super) groups: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) status: Status,
    pub(super) total: u64,
    /// At most [`MAX_LISTED`] jobs: the dead jobs with the latest due times, or the pending
    /// or running jobs with the earliest due times. Empty for completed jobs.
    pub(super) jobs: Vec<JobSummary>,
}

impl Overview {
    pub(super) async fn of(store: &dyn JobStore, statuses: &[Status]) -> Result<Self, StoreError> {
        let counts = store.counts().await?;
        let mut groups = Vec::new();
        for &status in statuses {
            let total = counts.iter().find(|(counted, _)| *counted == status);
            let total = total.map_or(0, |(_, jobs)| *jobs);
            let shown = if status == Status::Completed { 0 } else { MAX_LISTED };
            let jobs = if total == 0 { Vec::new() } else { store.list(status, shown).await? };
            groups.push(Group { status, total, jobs });
        }
        Ok(Self { now: store.now().await?, groups })
    }
}

impl Group {
    pub(super) fn unlisted(&self) -> u64 {
        self.total.saturating_sub(self.jobs.len() as u64)
    }

    pub(super) fn heading(&self) -> &'static str {
        match self.status {
            Status::Pending => "next run",
            Status::Running => "lease renewed",
            Status::Completed | Status::Dead => "was due",
        }
    }

    pub(super) fn when(&self, job: &JobSummary, now: i64) -> String {
        match self.status {
            Status::Running => job.claimed_at.map_or_else(String::new, |second| when(second, now)),
            Status::Pending | Status::Completed | Status::Dead => when(job.run_at, now),
        }
    }
}

/// Formats a Unix second relative to `now`.
fn when(second: i64, now: i64) -> String {
    let offset = second.saturating_sub(now);
    let text = span(offset.unsigned_abs());
    match offset {
        // `enqueue_now` stores the due time 0.
        _ if second == 0 => "at once".to_owned(),
        0 => "now".to_owned(),
        1.. => format!("in {text}"),
        _ => format!("{text} ago"),
    }
}

fn span(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let unit = UNITS.into_iter().find(|(size, _)| seconds >= 2 * size);
    let (size, name) = unit.unwrap_or((1, "s"));
    format!("{} {name}", seconds / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_relative_to_now() {
        for (second, expected) in [
            (1000, "now"),
            (1001, "in 1 s"),
            (1119, "in 119 s"),
            (1120, "in 2 min"),
            (1000 + 7200, "in 2 h"),
            (1000 + 172_800, "in 2 d"),
            (940, "60 s ago"),
            (0, "at once"),
            (i64::MAX, "in 106751991167300 d"),
            (i64::MIN, "106751991167300 d ago"),
        ] {
            assert_eq!(when(second, 1000), expected, "{second}");
        }
    }
}

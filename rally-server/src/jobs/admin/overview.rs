//! An overview of the jobs: for a page, and for a terminal.

use crate::jobs::error::StoreError;
use crate::jobs::store::{JobStore, JobSummary, Status};

/// How many jobs of each status are shown.
const SHOWN: usize = 100;

/// What there is at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overview {
    /// The unix second.
    pub(super) now: i64,
    pub(super) groups: Vec<Group>,
}

/// The jobs of one status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) status: Status,
    /// How many there are.
    pub(super) all: u64,
    /// Some of them: those that come next, or came last.
    pub(super) jobs: Vec<JobSummary>,
}

impl Overview {
    /// Jobs of these statuses.
    pub(super) async fn of(store: &dyn JobStore, statuses: &[Status]) -> Result<Self, StoreError> {
        let counts = store.counts().await?;
        let mut groups = Vec::new();
        for &status in statuses {
            let all = counts.iter().find(|(counted, _)| *counted == status);
            let all = all.map_or(0, |(_, jobs)| *jobs);
            // Nobody looks at what was done.
            let shown = if status == Status::Completed { 0 } else { SHOWN };
            let jobs = if all == 0 { Vec::new() } else { store.list(status, shown).await? };
            groups.push(Group { status, all, jobs });
        }
        Ok(Self { now: store.now().await?, groups })
    }
}

impl Group {
    /// How many are not shown.
    pub(super) fn others(&self) -> u64 {
        self.all.saturating_sub(self.jobs.len() as u64)
    }

    /// What [`when`] tells of.
    pub(super) fn heading(&self) -> &'static str {
        match self.status {
            Status::Pending => "next run",
            Status::Running => "last sign of life",
            Status::Completed | Status::Dead => "was due",
        }
    }

    /// When that is, or was.
    pub(super) fn when(&self, job: &JobSummary, now: i64) -> String {
        match self.status {
            Status::Running => job.claimed_at.map_or_else(String::new, |second| when(second, now)),
            Status::Pending | Status::Completed | Status::Dead => when(job.run_at, now),
        }
    }
}

/// A time as people say it.
fn when(second: i64, now: i64) -> String {
    let apart = second.saturating_sub(now);
    let text = span(apart.unsigned_abs());
    match apart {
        // By `enqueue_now`.
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
    fn a_time_is_told_as_people_do() {
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

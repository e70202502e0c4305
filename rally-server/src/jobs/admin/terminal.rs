//! The binary's view: what `guestbook jobs` prints.

use std::fmt::Write;

use crate::jobs::admin::overview::{Group, Overview};
use crate::jobs::error::StoreError;
use crate::jobs::store::{JobStore, Status};
use crate::telemetry::trace;

const USAGE: &str = "write one of:
  jobs                    how many there are, and those that wait, run or are dead
  jobs --dead             the dead ones, with all that they said last
  jobs retry ID           has a dead job run again
  jobs retry --all-dead   has all of them run again";

/// What the words ask for.
#[derive(Debug, PartialEq, Eq)]
enum Command {
    Overview,
    Dead,
    Retry(i64),
    RetryAll,
}

impl Command {
    fn of(words: &[String]) -> Option<Self> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words[..] {
            [] => Some(Self::Overview),
            ["--dead"] => Some(Self::Dead),
            ["retry", "--all-dead"] => Some(Self::RetryAll),
            ["retry", id] => id.parse().ok().map(Self::Retry),
            _ => None,
        }
    }
}

/// What is printed; else what is wrong, and what to write.
pub(in crate::jobs) async fn answer(
    store: &dyn JobStore,
    words: &[String],
) -> Result<String, String> {
    let Some(asked) = Command::of(words) else {
        let words = words.join(" ");
        return Err(format!("`jobs {words}` is not understood: {USAGE}"));
    };
    let failed = |error: StoreError| format!("the database of jobs: {}", trace::text_of(&error));
    match asked {
        Command::Overview => Ok(table(&Overview::of(store, &Status::ALL).await.map_err(failed)?)),
        Command::Dead => Ok(errors(&Overview::of(store, &[Status::Dead]).await.map_err(failed)?)),
        Command::Retry(id) => match store.retry(Some(id), None).await.map_err(failed)? {
            0 => Err(format!("there is no dead job {id}: `jobs --dead` lists them")),
            _ => Ok(format!("job {id} runs again\n")),
        },
        Command::RetryAll => {
            let jobs = store.retry(None, None).await.map_err(failed)?;
            Ok(format!("{jobs} {} again\n", if jobs == 1 { "job runs" } else { "jobs run" }))
        }
    }
}

fn table(overview: &Overview) -> String {
    let mut to = String::new();
    for group in &overview.groups {
        let _ = writeln!(to, "{:9} {:>8}", group.status.name(), group.all);
    }
    for group in overview.groups.iter().filter(|group| !group.jobs.is_empty()) {
        rows(group, overview.now, &mut to);
    }
    to
}

fn rows(group: &Group, now: i64, to: &mut String) {
    let heading = group.heading();
    let _ = writeln!(to, "\n{:>8}  {:17}  {:>5}  name", group.status.name(), heading, "tried");
    for job in &group.jobs {
        let when = group.when(job, now);
        let _ = write!(to, "{:>8}  {when:17}  {:>5}  {}", job.id, job.attempts, line(&job.name));
        match &job.error {
            Some(error) => _ = writeln!(to, "  {}", line(error)),
            None => to.push('\n'),
        }
    }
    others(group, to);
}

fn errors(overview: &Overview) -> String {
    let mut to = String::new();
    for group in &overview.groups {
        if group.all == 0 {
            to.push_str("no job is dead\n");
        }
        for job in &group.jobs {
            let (when, tried) = (group.when(job, overview.now), job.attempts);
            let _ =
                writeln!(to, "{} {}, tried {tried} times, was due {when}", job.id, line(&job.name));
            for text in job.error.as_deref().unwrap_or_default().lines() {
                let _ = writeln!(to, "    {}", line(text));
            }
        }
        others(group, &mut to);
    }
    to
}

fn others(group: &Group, to: &mut String) {
    if group.others() > 0 {
        let _ = writeln!(to, "          and {} more", group.others());
    }
}

/// A text in one line, which does nothing to a terminal.
fn line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let is_cut = line.len() < text.trim_end().len();
    let shown = line.chars().map(|it| if it.is_control() { ' ' } else { it });
    shown.chain(if is_cut { " .." } else { "" }.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::store::JobSummary;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn job(id: i64, error: Option<&str>) -> JobSummary {
        let (name, error) = ("shop::SendWelcome".to_owned(), error.map(str::to_owned));
        JobSummary { id, name, attempts: 5, run_at: 940, claimed_at: Some(990), error }
    }

    #[test]
    fn the_words() {
        for (text, expected) in [
            ("", Some(Command::Overview)),
            ("--dead", Some(Command::Dead)),
            ("retry 7", Some(Command::Retry(7))),
            ("retry --all-dead", Some(Command::RetryAll)),
            ("retry", None),
            ("retry x", None),
            ("retry 7 8", None),
            ("--alive", None),
            ("dead", None),
        ] {
            assert_eq!(Command::of(&words(text)), expected, "{text}");
        }
    }

    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn dead_jobs_run_again_when_that_is_asked_for() {
        use crate::db::DbOptions;
        use crate::jobs::store::{Database, OpenedStore};

        let db = DbOptions::in_memory().open().await.unwrap();
        let OpenedStore(store) = db.store().await.unwrap();
        let jobs = "INSERT INTO jobs (name, payload, run_at, created_at, status) VALUES
            ('a', '', 0, 0, 'dead'), ('b', '', 0, 0, 'dead'), ('c', '', 0, 0, 'dead')";
        sqlx::query(jobs).execute(db.write()).await.unwrap();
        let ask = async |text: &str| answer(&*store, &words(text)).await;
        assert_eq!(ask("retry 2").await.unwrap(), "job 2 runs again\n");
        let none = "there is no dead job 2: `jobs --dead` lists them";
        assert_eq!(ask("retry 2").await.unwrap_err(), none);
        assert!(ask("").await.unwrap().starts_with("pending          1\nrunning          0\n"));
        assert!(ask("--dead").await.unwrap().starts_with("3 c, tried 0 times, was due at once\n"));
        assert_eq!(ask("retry --all-dead").await.unwrap(), "2 jobs run again\n");
        assert_eq!(ask("--dead").await.unwrap(), "no job is dead\n");
        let wrong = ask("retry").await.unwrap_err();
        assert!(wrong.starts_with("`jobs retry` is not understood: write one of:\n"), "{wrong}");
    }

    #[test]
    fn a_table_of_counts_and_jobs() {
        let group = |status, all, jobs| Group { status, all, jobs };
        let dead = vec![job(3, Some("it\u{1b}[31m broke\nand more"))];
        let groups = vec![
            group(Status::Pending, 0, Vec::new()),
            group(Status::Running, 1, vec![job(12, None)]),
            group(Status::Completed, 90, Vec::new()),
            group(Status::Dead, 5, dead),
        ];
        let overview = Overview { now: 1000, groups };
        assert_eq!(
            table(&overview),
            "pending          0\n\
             running          1\n\
             completed       90\n\
             dead             5\n\
             \n running  last sign of life  tried  name\n      \
             12  10 s ago               5  shop::SendWelcome\n\
             \n    dead  was due            tried  name\n       \
             3  60 s ago               5  shop::SendWelcome  it [31m broke ..\n          \
             and 4 more\n"
        );
        assert_eq!(
            errors(&Overview { groups: overview.groups[3..].to_vec(), ..overview }),
            "3 shop::SendWelcome, tried 5 times, was due 60 s ago\n    it [31m broke\n    and more\n          \
             and 4 more\n"
        );
    }
}

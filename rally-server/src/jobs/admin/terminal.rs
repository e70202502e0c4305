//! The terminal command `jobs` of an app, for developers, such as `guestbook jobs`.

use std::fmt::Write;

use crate::jobs::admin::overview::{Group, Overview};
use crate::jobs::error::StoreError;
use crate::jobs::store::{JobStore, Status};
use crate::telemetry::trace;

const USAGE: &str = "write one of:
  jobs                    count the jobs, and list the pending, running and dead jobs
  jobs --dead             list the dead jobs with their last errors
  jobs retry ID           retry a dead job
  jobs retry --all-dead   retry all dead jobs";

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

pub(in crate::jobs) async fn answer(
    store: &dyn JobStore,
    words: &[String],
) -> Result<String, String> {
    let Some(command) = Command::of(words) else {
        let words = words.join(" ");
        return Err(format!("unknown command `jobs {words}`: {USAGE}"));
    };
    let failed =
        |error: StoreError| format!("cannot access the jobs database: {}", trace::text_of(&error));
    match command {
        Command::Overview => Ok(table(&Overview::of(store, &Status::ALL).await.map_err(failed)?)),
        Command::Dead => Ok(errors(&Overview::of(store, &[Status::Dead]).await.map_err(failed)?)),
        Command::Retry(id) => match store.retry(Some(id), None).await.map_err(failed)? {
            0 => Err(format!("no dead job has the id {id}: `jobs --dead` lists the dead jobs")),
            _ => Ok(format!("job {id} will be retried\n")),
        },
        Command::RetryAll => {
            let jobs = store.retry(None, None).await.map_err(failed)?;
            Ok(format!("{jobs} {} will be retried\n", if jobs == 1 { "job" } else { "jobs" }))
        }
    }
}

fn table(overview: &Overview) -> String {
    let mut out = String::new();
    for group in &overview.groups {
        let _ = writeln!(out, "{:9} {:>8}", group.status.name(), group.total);
    }
    for group in overview.groups.iter().filter(|group| !group.jobs.is_empty()) {
        rows(group, overview.now, &mut out);
    }
    out
}

fn rows(group: &Group, now: i64, out: &mut String) {
    let heading = group.heading();
    let _ = writeln!(out, "\n{:>8}  {:17}  {:>8}  name", group.status.name(), heading, "attempts");
    for job in &group.jobs {
        let when = group.when(job, now);
        let _ = write!(out, "{:>8}  {when:17}  {:>8}  {}", job.id, job.attempts, line(&job.name));
        match &job.error {
            Some(error) => _ = writeln!(out, "  {}", line(error)),
            None => out.push('\n'),
        }
    }
    unlisted(group, out);
}

fn errors(overview: &Overview) -> String {
    let mut out = String::new();
    for group in &overview.groups {
        if group.total == 0 {
            out.push_str("no dead jobs\n");
        }
        for job in &group.jobs {
            let (when, attempts) = (group.when(job, overview.now), job.attempts);
            let _ = writeln!(
                out,
                "{} {}, attempts: {attempts}, was due {when}",
                job.id,
                line(&job.name)
            );
            for text in job.error.as_deref().unwrap_or_default().lines() {
                let _ = writeln!(out, "    {}", line(text));
            }
        }
        unlisted(group, &mut out);
    }
    out
}

fn unlisted(group: &Group, out: &mut String) {
    if group.unlisted() > 0 {
        let _ = writeln!(out, "          and {} more", group.unlisted());
    }
}

/// Returns the first line of a text, and `..` if more lines follow. Replaces control
/// characters, which a terminal would interpret, by spaces.
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
    fn arguments_are_parsed() {
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
    async fn dead_jobs_are_retried_by_id_or_all() {
        use crate::db::DbOptions;
        use crate::jobs::store::{Database, OpenedStore};

        let db = DbOptions::in_memory().open().await.unwrap();
        let OpenedStore(store) = db.store().await.unwrap();
        let jobs = "INSERT INTO jobs (name, payload, run_at, created_at, status) VALUES
            ('a', '', 0, 0, 'dead'), ('b', '', 0, 0, 'dead'), ('c', '', 0, 0, 'dead')";
        sqlx::query(jobs).execute(db.write()).await.unwrap();
        let run = async |text: &str| answer(&*store, &words(text)).await;
        assert_eq!(run("retry 2").await.unwrap(), "job 2 will be retried\n");
        let error = "no dead job has the id 2: `jobs --dead` lists the dead jobs";
        assert_eq!(run("retry 2").await.unwrap_err(), error);
        assert!(run("").await.unwrap().starts_with("pending          1\nrunning          0\n"));
        assert!(run("--dead").await.unwrap().starts_with("3 c, attempts: 0, was due at once\n"));
        assert_eq!(run("retry --all-dead").await.unwrap(), "2 jobs will be retried\n");
        assert_eq!(run("--dead").await.unwrap(), "no dead jobs\n");
        let error = run("retry").await.unwrap_err();
        assert!(error.starts_with("unknown command `jobs retry`: write one of:\n"), "{error}");
    }

    #[test]
    fn a_table_of_counts_and_jobs() {
        let group = |status, total, jobs| Group { status, total, jobs };
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
             \n running  lease renewed      attempts  name\n      \
             12  10 s ago                  5  shop::SendWelcome\n\
             \n    dead  was due            attempts  name\n       \
             3  60 s ago                  5  shop::SendWelcome  it [31m broke ..\n          \
             and 4 more\n"
        );
        assert_eq!(
            errors(&Overview { groups: overview.groups[3..].to_vec(), ..overview }),
            "3 shop::SendWelcome, attempts: 5, was due 60 s ago\n    it [31m broke\n    and more\n          \
             and 4 more\n"
        );
    }
}

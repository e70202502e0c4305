//! Tests of the runner with a real database, most of them with a paused clock.

#[cfg(feature = "postgres")]
mod on_postgres;
mod site;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::unbounded_channel;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::db::{Db, DbOptions};
use crate::jobs::{JobExt, Jobs};
use crate::lifecycle::GRACE;
use site::{JobTestState, TestWorker};

async fn db() -> Db {
    DbOptions::in_memory().paused_clock().open().await.unwrap()
}

async fn test_worker() -> TestWorker {
    TestWorker::on(&db().await, |jobs| jobs).await
}

fn completed(attempts: i64) -> (String, i64, Option<String>) {
    ("completed".to_owned(), attempts, None)
}

#[tokio::test(start_paused = true)]
async fn a_failing_job_is_retried_when_due_and_dead_after_the_fifth_attempt() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("fail").await;
    let mut times = Vec::new();
    for _ in 0..5 {
        times.push(test_worker.next().await.1);
    }
    assert_eq!(times, [0, 5, 25, 70, 150]);
    let more = timeout(Duration::from_secs(3600), test_worker.next()).await;
    assert!(more.is_err(), "{more:?}");
    let error = Some("invalid digit found in string".to_owned());
    assert_eq!(test_worker.job().await, ("dead".to_owned(), 5, error));
}

#[tokio::test(start_paused = true)]
async fn each_job_has_its_own_session() {
    let mut test_worker = test_worker().await;
    let mut sessions = HashSet::new();
    for text in ["session 1", "session 2"] {
        test_worker.enqueue(text).await;
        assert_eq!(test_worker.next().await.0, text);
        sessions.insert(test_worker.next().await.0);
    }
    assert_eq!(sessions.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_job_enqueued_in_this_process_runs_without_waiting_for_a_poll() {
    let hour = Duration::from_secs(3600);
    let mut test_worker = TestWorker::on(&db().await, |jobs| jobs.poll(hour)).await;
    test_worker.enqueue("hello").await;
    assert_eq!(test_worker.next().await, ("hello".to_owned(), 0));
    let mut tx = test_worker.db.begin().await.unwrap();
    "again".to_owned().enqueue(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(test_worker.next().await, ("again".to_owned(), 0));
    test_worker.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_rolled_back_transaction_enqueues_no_job() {
    let mut test_worker = test_worker().await;
    let mut tx = test_worker.db.begin().await.unwrap();
    "never".to_owned().enqueue(&mut tx).await.unwrap();
    drop(tx);
    let none = timeout(Duration::from_secs(60), test_worker.next()).await;
    assert!(none.is_err(), "{none:?}");
    let query = "SELECT count(*) FROM jobs";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(test_worker.db.read()).await.unwrap();
    assert_eq!(jobs, 0);
}

#[tokio::test(start_paused = true)]
async fn a_job_of_another_process_is_found_within_a_second() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("first").await;
    test_worker.next().await;
    let id = "later".to_owned().enqueue_in(Duration::from_secs(60), &test_worker.db).await.unwrap();
    // A change by plain SQL wakes no worker, like a job that another process enqueues.
    let query = sqlx::query("UPDATE jobs SET run_at = 0 WHERE id = ?").bind(id.get());
    query.execute(test_worker.db.write()).await.unwrap();
    let (text, seconds) = test_worker.next().await;
    assert!(text == "later" && seconds <= 1, "{text} after {seconds} s");
}

#[tokio::test(start_paused = true)]
async fn a_job_of_ten_minutes_keeps_its_lease() {
    let db = db().await;
    let mut one = TestWorker::on(&db, |jobs| jobs).await;
    one.enqueue("sleep 600").await;
    one.next().await;
    let mut other = TestWorker::on(&db, |jobs| jobs).await;
    let second = timeout(Duration::from_secs(599), other.next()).await;
    assert!(second.is_err(), "{second:?}");
    assert_eq!(one.job().await.0, "running");
    tokio::time::sleep(Duration::from_secs(2)).await;
    one.stop().await;
    assert_eq!(one.job().await, completed(1));
}

#[tokio::test(start_paused = true)]
async fn a_job_claimed_by_another_process_is_cancelled_without_changes() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("hold").await;
    test_worker.next().await;
    test_worker.execute("UPDATE jobs SET attempts = attempts + 1, last_error = 'theirs'").await;
    tokio::time::sleep(Duration::from_secs(21)).await;
    assert_eq!(test_worker.site.running.load(Ordering::SeqCst), 0);
    let theirs = Some("theirs".to_owned());
    assert_eq!(test_worker.job().await, ("running".to_owned(), 2, theirs));
}

#[tokio::test(start_paused = true)]
async fn a_job_is_cancelled_before_a_lease_that_cannot_be_renewed_expires() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("hold").await;
    test_worker.next().await;
    test_worker.execute(FULL).await;
    let begun = Instant::now();
    while test_worker.site.running.load(Ordering::SeqCst) > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let seconds = begun.elapsed().as_secs();
    assert!((50..60).contains(&seconds), "{seconds}");
    test_worker.execute("DROP TRIGGER full").await;
    test_worker.resume.send_replace(true);
    assert_eq!(test_worker.next().await.0, "hold");
    test_worker.stop().await;
    assert_eq!(test_worker.job().await, completed(2));
}

/// Trigger that makes updates fail as on a full disk.
const FULL: &str = "CREATE TRIGGER full BEFORE UPDATE ON jobs
    BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END";

#[tokio::test(start_paused = true)]
async fn an_outcome_is_stored_once_a_full_disk_has_space() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("hold").await;
    test_worker.next().await;
    test_worker.execute(FULL).await;
    test_worker.resume.send_replace(true);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(test_worker.job().await.0, "running");
    test_worker.execute("DROP TRIGGER full").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(test_worker.job().await, completed(1));
    test_worker.enqueue("afterwards").await;
    let (text, seconds) = test_worker.next().await;
    assert!(text == "afterwards" && seconds < 70, "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_failing_database_does_not_end_the_runner() {
    let mut test_worker = test_worker().await;
    test_worker.execute("ALTER TABLE jobs RENAME TO elsewhere").await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    test_worker.execute("ALTER TABLE elsewhere RENAME TO jobs").await;
    test_worker.enqueue("hello").await;
    let (text, seconds) = test_worker.next().await;
    assert!(text == "hello" && seconds <= 631, "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn no_more_jobs_run_than_the_concurrency() {
    let mut test_worker = TestWorker::on(&db().await, |jobs| jobs.concurrency(3)).await;
    for number in 0..10 {
        test_worker.enqueue(&format!("sleep 1 {number}")).await;
    }
    test_worker.enqueue("hold").await;
    let mut seen = Vec::new();
    for _ in 0..11 {
        seen.push(test_worker.next().await.0);
    }
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 11);
    assert_eq!(test_worker.site.max_running.load(Ordering::SeqCst), 3);
}

/// After a clock jump or a sleep of the machine, the lease has expired in the
/// database, but the job still runs in this process.
#[tokio::test(start_paused = true)]
async fn a_clock_jump_never_runs_a_job_twice_at_once() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("hold").await;
    test_worker.next().await;
    for _ in 0..10 {
        test_worker.execute("UPDATE jobs SET claimed_at = claimed_at - 100").await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(test_worker.site.running.load(Ordering::SeqCst) <= 1);
    }
    test_worker.resume.send_replace(true);
    while test_worker.job().await.0 != "completed" {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(test_worker.started.elapsed() < Duration::from_secs(600));
    }
    assert_eq!(test_worker.site.max_running.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_backlog_of_completed_jobs_is_removed() {
    let test_worker = test_worker().await;
    let done = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO jobs (name, payload, run_at, created_at, status)
        SELECT 'test::Text', '', 1, 1, 'completed' FROM n";
    test_worker.execute(done).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    let query = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM jobs");
    assert_eq!(query.fetch_one(test_worker.db.read()).await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn dead_jobs_do_not_delay_pending_jobs() {
    let mut test_worker = TestWorker::idle(&db().await, |jobs| jobs).await;
    let ended = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        INSERT INTO jobs (name, payload, run_at, created_at, status, attempts)
        SELECT 'test::Text', '', 1, 1, 'running', 5 FROM n";
    test_worker.execute(ended).await;
    test_worker.enqueue("hello").await;
    test_worker.start();
    assert_eq!(test_worker.next().await, ("hello".to_owned(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_lets_jobs_finish() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("sleep 7").await;
    test_worker.next().await;
    let took = test_worker.stop().await;
    assert!(took <= Duration::from_secs(7), "{took:?}");
    assert_eq!(test_worker.job().await, completed(1));
    test_worker.enqueue("hello").await;
    let none = timeout(Duration::from_secs(60), test_worker.next()).await;
    assert!(none.is_err(), "{none:?}");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_releases_unfinished_jobs() {
    let mut test_worker = test_worker().await;
    test_worker.enqueue("hold").await;
    test_worker.next().await;
    let took = test_worker.stop().await;
    assert!(took < GRACE, "{took:?}");
    assert_eq!(test_worker.job().await, ("pending".to_owned(), 0, None));
    assert_eq!(test_worker.site.running.load(Ordering::SeqCst), 0);
    let mut next = TestWorker::on(&test_worker.db, |jobs| jobs).await;
    assert_eq!(next.next().await, ("hold".to_owned(), 0));
}

async fn error_of(store: impl AsyncFn(&TestWorker)) -> String {
    let test_worker = TestWorker::idle(&db().await, |jobs| jobs).await;
    store(&test_worker).await;
    test_worker.start();
    // Sleep for less than the backoff, so that the job runs only once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (status, attempts, error) = test_worker.job().await;
    assert_eq!((&*status, attempts), ("pending", 1));
    error.unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_unknown_job_name_is_a_failure() {
    let error = error_of(async |test_worker| {
        test_worker.enqueue("hello").await;
        test_worker.execute("UPDATE jobs SET name = 'test::Gone'").await;
    });
    let expected = "this app has no job named `test::Gone`: if the message type was renamed or \
                    moved, enqueue the job again with the new type";
    assert_eq!(error.await, expected);
}

#[tokio::test(start_paused = true)]
async fn a_job_of_another_version_is_a_failure() {
    let error = error_of(async |test_worker| {
        7_u64.enqueue(&test_worker.db).await.unwrap();
        test_worker.execute("UPDATE jobs SET fingerprint = fingerprint + 1").await;
    });
    let error = error.await;
    let expected = "another version of the app enqueued this job, and the fields of `test::Number`";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_cannot_be_decoded_is_a_failure() {
    for payload in ["x'c1'", "x''", "x'0707'", "'text'"] {
        let sql = format!("UPDATE jobs SET payload = {payload}, fingerprint = NULL");
        let error = error_of(async |test_worker| {
            7_u64.enqueue(&test_worker.db).await.unwrap();
            let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
            query.execute(test_worker.db.write()).await.unwrap();
        });
        let error = error.await;
        assert!(error.starts_with("cannot decode the job's message: "), "{payload}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure() {
    let error = error_of(async |test_worker| test_worker.enqueue("panic").await).await;
    assert_eq!(error, "panicked: at the disco");
}

/// Each worker has separate connections and threads, as two processes have.
#[test]
fn two_runners_on_one_file_never_run_a_job_at_the_same_time() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jobs.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let quick = |jobs: Jobs| jobs.poll(Duration::from_millis(10)).concurrency(3);
        let mut one = TestWorker::on(&Db::open(&file).await.unwrap(), quick).await;
        let (running_texts, db) = (one.site.running_texts.clone(), Db::open(&file).await.unwrap());
        let mut other = TestWorker::sharing(running_texts, &db, quick).await;
        other.start();
        let mut expected = HashSet::new();
        for number in 0..200 {
            let text = format!("job {number}");
            one.enqueue(&text).await;
            expected.insert(text);
        }
        let mut ran = Vec::new();
        while ran.len() < 200 {
            tokio::select! {
                (text, _) = one.next() => ran.push(text),
                (text, _) = other.next() => ran.push(text),
            }
        }
        one.stop().await;
        other.stop().await;
        assert_eq!(ran.iter().cloned().collect::<HashSet<_>>(), expected);
        let query = "SELECT count(*) FROM jobs WHERE status = 'completed' AND attempts = 1";
        let jobs: i64 = sqlx::query_scalar(query).fetch_one(one.db.read()).await.unwrap();
        assert_eq!(jobs, 200);
    });
}

#[tokio::test(start_paused = true)]
async fn a_schedule_enqueues_one_job_at_each_of_its_times() {
    let db = db().await;
    // Polling each minute instead of each second makes the test faster.
    let minute = Duration::from_secs(60);
    let nightly =
        |jobs: Jobs| jobs.poll(minute).schedule("nightly", "0 3 * * *", "hello".to_owned());
    let mut one = TestWorker::on(&db, nightly).await;
    let mut other = TestWorker::on(&db, nightly).await;
    let mut times = Vec::new();
    for _ in 0..4 {
        let (_, seconds) = tokio::select! {
            report = one.next() => report,
            report = other.next() => report,
        };
        times.push(seconds);
    }
    let day = 24 * 60 * 60;
    let steps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(times[0] < day, "{times:?}");
    assert!(steps.iter().all(|step| step.abs_diff(day) <= 60), "{steps:?}");
    let query = "SELECT count(*) FROM jobs";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(db.read()).await.unwrap();
    assert_eq!(jobs, 4);
}

#[tokio::test(start_paused = true)]
async fn missed_times_are_made_up_for_with_one_job() {
    let db = db().await;
    let minute = Duration::from_secs(60);
    let hourly = |jobs: Jobs| jobs.poll(minute).schedule("hourly", "0 * * * *", "hello".to_owned());
    let mut first = TestWorker::on(&db, hourly).await;
    first.next().await;
    first.stop().await;
    tokio::time::sleep(Duration::from_secs(10 * 60 * 60)).await;
    let mut next = TestWorker::on(&db, hourly).await;
    let (_, seconds) = next.next().await;
    assert!(seconds <= 1, "{seconds}");
    let (_, seconds) = next.next().await;
    assert!((1..=3660).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn an_invalid_schedule_fails_at_boot() {
    let db = db_with_real_clock().await;
    let jobs = Jobs::open(&db).await.unwrap();
    let jobs = jobs.schedule("nightly", "0 25 * * *", "hello".to_owned());
    let (reports, _) = unbounded_channel();
    let resume = watch::channel(false).1;
    let (running, max_running) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let site =
        JobTestState { reports, resume, running, max_running, running_texts: Arc::default() };
    let error = App::new(Arc::new(site)).jobs(jobs).start((&[]).into()).err().unwrap().to_string();
    let expected = "the cron expression `0 25 * * *` of the schedule `nightly` is invalid";
    assert!(error.starts_with(expected), "{error}");
}

#[tokio::test]
async fn a_job_for_another_state_fails_at_boot() {
    let jobs = Jobs::open(&db_with_real_clock().await).await.unwrap();
    let error = App::new(7).jobs(jobs).start((&[]).into()).err().unwrap().to_string();
    assert!(error.starts_with("the job `test::Number` expects the state `"), "{error}");
}

async fn db_with_real_clock() -> Db {
    DbOptions::in_memory().open().await.unwrap()
}

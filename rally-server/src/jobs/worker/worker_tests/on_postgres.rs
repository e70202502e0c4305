//! Tests of the runner on PostgreSQL that the tests on SQLite do not cover.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use crate::jobs::store::postgres::server;
use crate::jobs::worker::worker_tests::site::TestWorker;
use crate::jobs::{JobExt, Jobs};

#[tokio::test]
async fn a_committed_job_runs_without_waiting_for_a_poll() {
    let pool = server::database().await;
    let hour = Duration::from_secs(3600);
    let mut test_worker = TestWorker::on(&pool, |jobs| jobs.poll(hour)).await;
    for number in 0..20 {
        let mut tx = pool.begin().await.unwrap();
        let text = format!("job {number}");
        text.clone().enqueue(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(test_worker.next().await.0, text);
    }
    test_worker.stop().await;
    let query = "SELECT count(*) FROM jobs WHERE status = 'completed' AND attempts = 1";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(&pool).await.unwrap();
    assert_eq!(jobs, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runners_never_run_a_job_at_the_same_time() {
    let pool = server::database().await;
    let quick = |jobs: Jobs| jobs.poll(Duration::from_millis(10)).concurrency(3);
    let mut one = TestWorker::on(&pool, quick).await;
    let mut other = TestWorker::sharing(one.site.running_texts.clone(), &pool, quick).await;
    other.start();
    let mut ran = Vec::new();
    for number in 0..200 {
        one.enqueue(&format!("job {number}")).await;
    }
    while ran.len() < 200 {
        tokio::select! {
            (text, _) = one.next() => ran.push(text),
            (text, _) = other.next() => ran.push(text),
        }
    }
    one.stop().await;
    other.stop().await;
    assert_eq!(ran.iter().collect::<HashSet<_>>().len(), 200);
    assert!(Arc::ptr_eq(&one.site.running_texts, &other.site.running_texts));
    let query = "SELECT count(*) FROM jobs WHERE status = 'completed' AND attempts = 1";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(&pool).await.unwrap();
    assert_eq!(jobs, 200);
}

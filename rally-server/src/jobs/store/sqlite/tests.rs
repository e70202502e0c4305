//! Tests of behaviour in which the SQLite job store differs from the PostgreSQL job store.

use super::*;
use crate::db::DbOptions;
use crate::jobs::enqueue::RunAt;

async fn db() -> Db {
    DbOptions::in_memory().open().await.unwrap()
}

fn job(when: RunAt) -> NewJob {
    NewJob { name: "test", payload: Vec::new(), fingerprint: 1, when }
}

async fn columns(db: &Db) -> Vec<String> {
    let query = "SELECT name FROM pragma_table_info('jobs')";
    sqlx::query_scalar(query).fetch_all(db.read()).await.unwrap()
}

#[tokio::test]
async fn opening_the_store_again_keeps_its_columns() {
    let db = db().await;
    for _ in 0..2 {
        db.store().await.unwrap();
        let expected = [
            "id",
            "name",
            "payload",
            "run_at",
            "attempts",
            "status",
            "last_error",
            "created_at",
            "claimed_at",
            "fingerprint",
        ];
        assert_eq!(columns(&db).await, expected);
    }
    let query = sqlx::query(
        "INSERT INTO jobs (name, payload, run_at, created_at)
        VALUES ('a', NULL, 0, 0)",
    );
    query.execute(db.write()).await.unwrap_err();
}

#[tokio::test]
async fn an_older_table_gets_missing_columns_and_its_jobs_are_claimed() {
    let db = db().await;
    let query = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, payload BLOB NOT NULL,
        run_at INTEGER, attempts INTEGER DEFAULT 0, status TEXT DEFAULT 'pending',
        last_error TEXT, created_at INTEGER)";
    sqlx::query(query).execute(db.write()).await.unwrap();
    let query = "INSERT INTO jobs (name, payload, run_at, status) VALUES
        ('a', x'c0', 5, 'pending'), ('b', 'text', 6, 'running'), (NULL, 7, 7, 'pending'),
        (x'ff', 7.5, 8.5, 'pending'), ('never', '', NULL, 'pending')";
    sqlx::query(query).execute(db.write()).await.unwrap();
    let OpenedStore(store) = db.store().await.unwrap();
    assert!(columns(&db).await.ends_with(&["claimed_at".to_owned(), "fingerprint".to_owned()]));
    let claimed = store.claim(10, vec![], Some(100)).await.unwrap();
    let names: Vec<_> = claimed.iter().map(|claimed| &*claimed.name).collect();
    assert_eq!(names, ["a", "b", "", "\u{fffd}"]);
    assert_eq!(claimed[0].payload, [0xc0]);
    assert_eq!(claimed[0].fingerprint, None);
}

/// If a null value could not be decoded, the whole claim would fail.
#[tokio::test]
async fn null_attempts_count_as_zero() {
    let db = db().await;
    let query = "CREATE TABLE jobs (id INTEGER PRIMARY KEY, name TEXT, payload BLOB NOT NULL,
        run_at INTEGER, attempts INTEGER, status TEXT, last_error TEXT, created_at INTEGER)";
    sqlx::query(query).execute(db.write()).await.unwrap();
    let query = "INSERT INTO jobs (name, payload, run_at, attempts, status) VALUES
        ('a', '', 5, NULL, 'pending'), ('b', '', 6, NULL, 'running'), ('c', '', 7, 0, 'pending')";
    sqlx::query(query).execute(db.write()).await.unwrap();
    let OpenedStore(store) = db.store().await.unwrap();
    let claimed = store.claim(10, vec![], Some(100)).await.unwrap();
    assert!(claimed.iter().all(|it| it.claim.attempt == 1 && !it.is_dead), "{claimed:?}");
    assert_eq!(claimed.len(), 3);
}

#[tokio::test]
async fn a_claim_searches_the_index_and_does_not_scan_the_table() {
    let db = db().await;
    db.store().await.unwrap();
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {CLAIM}"));
    let query = sqlx::query(explain).bind(1).bind(10).bind(1).bind(5).bind("").bind("[]");
    let steps = query.fetch_all(db.write()).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
    let searches =
        steps.iter().filter(|step| step.contains("jobs_by_turn (status=? AND run_at<?)"));
    assert_eq!(searches.count(), 2, "{steps:#?}");
    assert!(!steps.iter().any(|step| step == "SCAN jobs"), "{steps:#?}");
}

#[tokio::test]
async fn a_job_wakes_workers_only_after_the_commit() {
    let db = db().await;
    let OpenedStore(store) = db.store().await.unwrap();
    let mut wakes = store.wakes();
    let mut woken = || {
        let woken = wakes.has_changed().unwrap();
        wakes.mark_unchanged();
        woken
    };
    let mut tx = db.begin().await.unwrap();
    (&mut tx).insert(job(RunAt::ASAP)).await.unwrap();
    assert!(!woken());
    tx.commit().await.unwrap();
    assert!(woken());
    let mut tx = db.begin().await.unwrap();
    let mut inner = tx.begin().await.unwrap();
    (&mut inner).insert(job(RunAt::ASAP)).await.unwrap();
    inner.commit().await.unwrap();
    assert!(!woken());
    drop(tx);
    db.insert(job(RunAt::In(Duration::from_secs(1)))).await.unwrap();
    assert!(!woken());
    db.insert(job(RunAt::First)).await.unwrap();
    assert!(woken());
    assert_eq!(store.claim(10, vec![], None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn two_processes_on_one_file_never_claim_the_same_job() {
    let directory = tempfile::tempdir().unwrap();
    let mut stores = Vec::new();
    for _ in 0..2 {
        let db = Db::open(directory.path().join("jobs.db")).await.unwrap();
        let OpenedStore(store) = db.store().await.unwrap();
        stores.push((db, store));
    }
    for _ in 0..40 {
        stores[0].0.insert(job(RunAt::First)).await.unwrap();
    }
    let claims = stores.into_iter().map(|(_, store)| {
        tokio::spawn(async move {
            let mut ids = Vec::new();
            loop {
                let claimed = store.claim(1, vec![], None).await.unwrap();
                let Some(claimed) = claimed.first() else { return ids };
                ids.push(claimed.claim.id);
            }
        })
    });
    let mut ids = Vec::new();
    for claimed in claims.collect::<Vec<_>>() {
        ids.extend(claimed.await.unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (1..=40).collect::<Vec<i64>>());
}

#[tokio::test]
async fn enqueueing_fails_on_a_full_disk_and_works_once_there_is_space() {
    let db = db().await;
    let OpenedStore(store) = db.store().await.unwrap();
    let limit = |pages: u32| sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    // SQLite raises this limit to the number of pages in use, so the file cannot grow.
    sqlx::query(limit(1)).execute(db.write()).await.unwrap();
    let large = || NewJob { payload: vec![7; 100_000], ..job(RunAt::ASAP) };
    let error = db.insert(large()).await.unwrap_err().to_string();
    assert!(error.contains("database or disk is full"), "{error}");
    let mut tx = db.begin().await.unwrap();
    tx.insert(large()).await.unwrap_err();
    drop(tx);
    assert!(store.claim(10, vec![], None).await.unwrap().is_empty());
    sqlx::query(limit(1000)).execute(db.write()).await.unwrap();
    db.insert(large()).await.unwrap();
    let claimed = store.claim(10, vec![], None).await.unwrap();
    assert_eq!(claimed[0].payload, vec![7; 100_000]);
}

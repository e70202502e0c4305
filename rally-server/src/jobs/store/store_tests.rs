//! Tests that run against each job store.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;

use crate::db::{Db, DbOptions};
use crate::jobs::enqueue::{Enqueue, NewJob, RunAt};
use crate::jobs::retry::JobOutcome;
use crate::jobs::store::postgres::server;
use crate::jobs::store::{
    Claim, ClaimState, Claimed, ClockOverride, Database, JobStore, OpenedStore, Status,
};

const T: i64 = 1_700_000_000;

struct TestStore {
    store: Arc<dyn JobStore>,
    database: TestDatabase,
}

enum TestDatabase {
    Sqlite(Db),
    Postgres(PgPool),
}

#[derive(Debug, PartialEq)]
struct Row {
    status: String,
    attempts: i64,
    run_at: i64,
    claimed_at: Option<i64>,
    last_error: Option<String>,
}

impl TestStore {
    async fn sqlite() -> Self {
        let db = DbOptions::in_memory().open().await.unwrap();
        let OpenedStore(store) = db.store().await.unwrap();
        Self { store, database: TestDatabase::Sqlite(db) }
    }

    async fn postgres() -> Self {
        let pool = server::database().await;
        let OpenedStore(store) = pool.store().await.unwrap();
        Self { store, database: TestDatabase::Postgres(pool) }
    }

    async fn insert(&self, columns: &str, values: &str) -> i64 {
        let columns = format!("name, payload, created_at, {columns}");
        let sql =
            format!("INSERT INTO jobs ({columns}) VALUES ('test', '', {T}, {values}) RETURNING id");
        let sql = sqlx::AssertSqlSafe(sql);
        match &self.database {
            TestDatabase::Sqlite(db) => {
                sqlx::query_scalar(sql).fetch_one(db.write()).await.unwrap()
            }
            TestDatabase::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    async fn pending(&self, run_at: i64) -> i64 {
        self.insert("run_at", &run_at.to_string()).await
    }

    async fn enqueue(&self, when: RunAt) -> i64 {
        let job = job(when);
        let id = match &self.database {
            TestDatabase::Sqlite(db) => db.insert(job).await,
            TestDatabase::Postgres(pool) => pool.insert(job).await,
        };
        id.unwrap().get()
    }

    async fn row(&self, id: i64) -> Row {
        let sql = "SELECT status, attempts, run_at, claimed_at, last_error FROM jobs WHERE id = $1";
        let (status, attempts, run_at, claimed_at, last_error) = match &self.database {
            TestDatabase::Sqlite(db) => {
                sqlx::query_as(sql).bind(id).fetch_one(db.read()).await.unwrap()
            }
            TestDatabase::Postgres(pool) => {
                sqlx::query_as(sql).bind(id).fetch_one(pool).await.unwrap()
            }
        };
        Row { status, attempts, run_at, claimed_at, last_error }
    }

    async fn claim(&self, limit: usize, now: i64) -> Vec<Claimed> {
        self.store.claim(limit, vec![], Some(now)).await.unwrap()
    }

    async fn claimed_ids(&self, limit: usize, now: i64) -> Vec<i64> {
        self.claim(limit, now).await.iter().map(|claimed| claimed.claim.id).collect()
    }

    async fn none_due(&self, now: i64) {
        let claimed = self.claim(10, now).await;
        assert!(claimed.is_empty(), "{claimed:?}");
    }

    async fn claim_one(&self, now: i64) -> Claim {
        let claimed = self.claim(10, now).await;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        claimed[0].claim
    }

    async fn fail(&self, claim: Claim, now: i64) -> ClaimState {
        let outcome = JobOutcome::of(claim.attempt, Err("no".to_owned()));
        self.store.finish(claim, outcome, Some(now)).await.unwrap()
    }
}

fn job(when: RunAt) -> NewJob {
    NewJob { name: "test", payload: vec![0, 255], fingerprint: u64::MAX, when }
}

async fn for_each_store(run: impl AsyncFn(TestStore)) {
    println!("on SQLite");
    run(TestStore::sqlite().await).await;
    println!("on PostgreSQL");
    run(TestStore::postgres().await).await;
}

#[tokio::test]
async fn a_job_is_stored_as_it_is_enqueued() {
    for_each_store(async |test| {
        let before = test.store.now().await.unwrap();
        let id = test.enqueue(RunAt::ASAP).await;
        let later = test.enqueue(RunAt::In(Duration::from_secs(3600))).await;
        let first = test.enqueue(RunAt::First).await;
        let row = test.row(id).await;
        assert!((before..before + 60).contains(&row.run_at), "{row:?}");
        let expected = Row {
            status: "pending".to_owned(),
            attempts: 0,
            run_at: row.run_at,
            claimed_at: None,
            last_error: None,
        };
        assert_eq!(row, expected);
        let wait = test.row(later).await.run_at - row.run_at;
        assert!((3600..3660).contains(&wait), "{wait}");
        assert_eq!(test.row(first).await.run_at, 0);
        let claimed = test.store.claim(10, vec![], None).await.unwrap();
        assert_eq!(claimed.iter().map(|it| it.claim.id).collect::<Vec<_>>(), [first, id]);
        let Claimed { name, payload, fingerprint, is_dead, .. } = &claimed[1];
        assert_eq!((&**name, &**payload), ("test", &[0, 255][..]));
        assert_eq!((*fingerprint, *is_dead), (Some(u64::MAX), false));
    })
    .await;
}

#[tokio::test]
async fn claims_are_limited_and_ordered_by_due_time() {
    for_each_store(async |test| {
        let mut ids = Vec::new();
        for run_at in [T - 1, T - 3, T, T - 2, T - 3, T + 1] {
            ids.push(test.pending(run_at).await);
        }
        assert_eq!(test.claimed_ids(3, T).await, [ids[1], ids[4], ids[3]]);
        assert_eq!(test.claimed_ids(10, T).await, [ids[0], ids[2]]);
        test.none_due(T).await;
        assert_eq!(test.claimed_ids(10, T + 1).await, [ids[5]]);
    })
    .await;
}

#[tokio::test]
async fn pending_and_abandoned_jobs_are_claimed_in_due_order() {
    for_each_store(async |test| {
        let running = "run_at, status, attempts, claimed_at";
        let old = test.insert(running, &format!("{}, 'running', 1, {}", T - 9, T - 61)).await;
        let first = test.pending(T - 10).await;
        let last = test.pending(T - 8).await;
        assert_eq!(test.claimed_ids(2, T).await, [first, old]);
        assert_eq!(test.claimed_ids(2, T).await, [last]);
    })
    .await;
}

/// Asserts that a running job is claimed again, or not, `ago` seconds after its last claim.
async fn check_lease(ago: Option<i64>, is_claimed: bool) {
    for_each_store(async |test| {
        let claimed_at = ago.map_or("NULL".to_owned(), |ago| (T - ago).to_string());
        let values = format!("{}, 'running', 1, {claimed_at}", T - 500);
        let id = test.insert("run_at, status, attempts, claimed_at", &values).await;
        let ids = test.claimed_ids(10, T).await;
        assert_eq!(ids.contains(&id), is_claimed, "{ago:?}");
    })
    .await;
}

#[tokio::test]
async fn a_job_claimed_ten_seconds_ago_is_not_claimed_again() {
    check_lease(Some(10), false).await;
    check_lease(Some(59), false).await;
    check_lease(Some(0), false).await;
}

#[tokio::test]
async fn a_job_claimed_two_minutes_ago_is_claimed_again() {
    check_lease(Some(120), true).await;
    check_lease(Some(60), true).await;
}

#[tokio::test]
async fn a_running_job_without_a_lease_is_claimed() {
    check_lease(None, true).await;
}

#[tokio::test]
async fn ended_and_future_jobs_are_not_claimed() {
    for_each_store(async |test| {
        for status in ["completed", "dead", "nonsense"] {
            test.insert("run_at, status", &format!("{}, '{status}'", T - 1)).await;
        }
        test.insert("run_at, status", &format!("{}, 'running'", T + 1)).await;
        test.pending(T + 1).await;
        test.none_due(T).await;
    })
    .await;
}

#[tokio::test]
async fn success_completes_a_job() {
    for_each_store(async |test| {
        let id = test.pending(T).await;
        let claim = test.claim_one(T).await;
        assert_eq!((claim.id, claim.attempt, claim.claimed_at), (id, 1, T));
        assert_eq!(test.row(id).await.status, "running");
        let held = test.store.finish(claim, JobOutcome::Completed, Some(T + 3)).await.unwrap();
        assert_eq!(held, ClaimState::Held);
        let row = test.row(id).await;
        assert_eq!((&*row.status, row.attempts), ("completed", 1));
        test.none_due(T + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_retried_after_5_20_45_and_80_seconds_and_the_fifth_is_dead() {
    for_each_store(async |test| {
        let id = test.pending(T).await;
        let mut now = T;
        for (attempt, wait) in [(1, 5), (2, 20), (3, 45), (4, 80)] {
            let claim = test.claim_one(now).await;
            assert_eq!(claim.attempt, attempt);
            assert_eq!(test.fail(claim, now).await, ClaimState::Held);
            let expected = Row {
                status: "pending".to_owned(),
                attempts: attempt,
                run_at: now + wait,
                claimed_at: None,
                last_error: Some("no".to_owned()),
            };
            assert_eq!(test.row(id).await, expected);
            test.none_due(now + wait - 1).await;
            now += wait;
        }
        let claim = test.claim_one(now).await;
        assert_eq!(test.fail(claim, now).await, ClaimState::Held);
        let row = test.row(id).await;
        assert_eq!((&*row.status, row.attempts, row.claimed_at), ("dead", 5, None));
        assert_eq!(row.last_error.as_deref(), Some("no"));
        test.none_due(now + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_its_process_is_dead_after_five_attempts() {
    for_each_store(async |test| {
        let id = test.pending(T).await;
        let mut now = T;
        for attempt in 1..=5 {
            assert_eq!(test.claim_one(now).await.attempt, attempt);
            test.none_due(now + 59).await;
            now += 60;
        }
        let claimed = test.claim(10, now).await;
        assert!(claimed.len() == 1 && claimed[0].is_dead, "{claimed:?}");
        let row = test.row(id).await;
        assert_eq!((&*row.status, row.attempts, row.claimed_at), ("dead", 5, None));
        assert_eq!(row.last_error.as_deref(), Some(crate::jobs::store::LEASE_EXPIRED));
        test.none_due(now + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_lease_cannot_change_the_job() {
    for_each_store(async |test| {
        let id = test.pending(T).await;
        let lost = test.claim_one(T).await;
        let held = test.claim_one(T + 60).await;
        let row = test.row(id).await;
        assert_eq!(test.store.renew(lost, Some(T + 61)).await.unwrap(), None);
        assert_eq!(test.fail(lost, T + 61).await, ClaimState::Lost);
        let finished = test.store.finish(lost, JobOutcome::Completed, Some(T + 61)).await.unwrap();
        assert_eq!(finished, ClaimState::Lost);
        assert_eq!(test.store.release(lost).await.unwrap(), ClaimState::Lost);
        assert_eq!(test.row(id).await, row);
        assert_eq!(test.fail(held, T + 62).await, ClaimState::Held);
        assert_eq!(test.fail(held, T + 62).await, ClaimState::Lost);
    })
    .await;
}

#[tokio::test]
async fn a_renewed_lease_does_not_expire() {
    for_each_store(async |test| {
        test.pending(T).await;
        let mut claim = test.claim_one(T).await;
        for now in [T + 20, T + 40, T + 60, T + 80] {
            claim = test.store.renew(claim, Some(now)).await.unwrap().unwrap();
            assert_eq!(claim.claimed_at, now);
            test.none_due(now + 59).await;
        }
        let held = test.store.finish(claim, JobOutcome::Completed, Some(T + 100)).await.unwrap();
        assert_eq!(held, ClaimState::Held);
    })
    .await;
}

#[tokio::test]
async fn a_released_job_returns_to_its_state_before_the_claim() {
    for_each_store(async |test| {
        let id = test.pending(T).await;
        let before = test.row(id).await;
        let claim = test.claim_one(T).await;
        assert_eq!(test.store.release(claim).await.unwrap(), ClaimState::Held);
        assert_eq!(test.row(id).await, before);
        assert_eq!(test.claim_one(T).await, claim);
    })
    .await;
}

#[tokio::test]
async fn concurrent_claims_never_return_the_same_job() {
    for_each_store(async |test| {
        for _ in 0..100 {
            test.pending(T).await;
        }
        let store = &test.store;
        let claims = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut ids = Vec::new();
                loop {
                    let claimed = store.claim(3, vec![], Some(T)).await.unwrap();
                    if claimed.is_empty() {
                        return ids;
                    }
                    ids.extend(claimed.iter().map(|it| it.claim.id));
                }
            })
        });
        let mut ids = Vec::new();
        for claimed in claims.collect::<Vec<_>>() {
            ids.extend(claimed.await.unwrap());
        }
        assert_eq!(ids.len(), 100);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 100);
    })
    .await;
}

#[tokio::test]
async fn only_old_completed_jobs_are_removed() {
    for_each_store(async |test| {
        let columns = "run_at, status, claimed_at";
        let (old, new) = (T - 100, T - 99);
        let removed = [
            test.insert(columns, &format!("{old}, 'completed', {old}")).await,
            test.insert(columns, &format!("0, 'completed', {old}")).await,
        ];
        let kept = [
            test.insert(columns, &format!("{old}, 'completed', {new}")).await,
            test.insert(columns, &format!("{old}, 'dead', NULL")).await,
            test.insert(columns, &format!("{old}, 'pending', NULL")).await,
            test.insert(columns, &format!("{old}, 'running', {old}")).await,
        ];
        let age = Duration::from_secs(100);
        assert_eq!(test.store.remove_completed(age, Some(T)).await.unwrap(), 2);
        let mut remaining = Vec::new();
        for status in Status::ALL {
            let listed = test.store.list(status, 10).await.unwrap();
            remaining.extend(listed.iter().map(|job| job.id));
        }
        remaining.sort_unstable();
        assert_eq!(remaining, kept, "without {removed:?}");
    })
    .await;
}

#[tokio::test]
async fn a_retried_dead_job_starts_with_zero_attempts() {
    for_each_store(async |test| {
        let columns = "run_at, status, attempts, last_error";
        let dead = format!("{}, 'dead', 5, 'no'", T - 100);
        let ids = [test.insert(columns, &dead).await, test.insert(columns, &dead).await];
        let running = test.insert("run_at, status", &format!("{T}, 'running'")).await;
        assert_eq!(test.store.retry(Some(running), Some(T)).await.unwrap(), 0);
        assert_eq!(test.store.retry(Some(ids[1]), Some(T)).await.unwrap(), 1);
        assert_eq!(test.store.retry(Some(ids[1]), Some(T)).await.unwrap(), 0);
        let row = test.row(ids[1]).await;
        assert_eq!((&*row.status, row.attempts, row.run_at), ("pending", 0, T));
        assert_eq!(test.row(ids[0]).await.status, "dead");
        assert_eq!(test.store.retry(None, Some(T)).await.unwrap(), 1);
        assert_eq!(test.row(ids[0]).await.status, "pending");
    })
    .await;
}

#[tokio::test]
async fn jobs_are_listed_and_counted() {
    for_each_store(async |test| {
        let later = test.pending(T + 1).await;
        let sooner = test.pending(T).await;
        let columns = "run_at, status, attempts, last_error";
        let first = test.insert(columns, &format!("{T}, 'dead', 5, 'no'")).await;
        let last = test.insert(columns, &format!("{}, 'dead', 5, 'no'", T + 1)).await;
        let ids = async |status| {
            let listed = test.store.list(status, 10).await.unwrap();
            listed.iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(Status::Pending).await, [sooner, later]);
        assert_eq!(ids(Status::Dead).await, [last, first]);
        assert_eq!(test.store.list(Status::Dead, 1).await.unwrap().len(), 1);
        let dead = &test.store.list(Status::Dead, 1).await.unwrap()[0];
        assert_eq!((dead.attempts, dead.run_at), (5, T + 1));
        assert_eq!((&*dead.name, dead.error.as_deref()), ("test", Some("no")));
        let mut counts = test.store.counts().await.unwrap();
        counts.sort_unstable();
        assert_eq!(counts, [(Status::Pending, 2), (Status::Dead, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_tick_enqueues_one_job_across_processes() {
    for_each_store(async |test| {
        let plan = async |cron: &str, next| {
            test.store.plan("nightly".to_owned(), cron.to_owned(), next).await.unwrap()
        };
        let tick = async |due, next| {
            let now: ClockOverride = Some(due);
            let ticked = test.store.tick("nightly".to_owned(), due, next, job(RunAt::ASAP), now);
            ticked.await.unwrap()
        };
        assert_eq!(plan("a", T).await, T);
        // A later plan with the same expression keeps the due time.
        assert_eq!(plan("a", T + 9).await, T);
        assert!(tick(T, T + 10).await);
        assert!(!tick(T, T + 10).await);
        assert_eq!(plan("a", T + 99).await, T + 10);
        assert_eq!(plan("b", T + 5).await, T + 5);
        assert_eq!(test.claimed_ids(10, T).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn rows_with_extreme_values_can_be_claimed() {
    for_each_store(async |test| {
        let columns = "run_at, status, attempts, claimed_at, fingerprint";
        let (huge, tiny) = (i64::MAX, i64::MIN);
        for values in [
            format!("{tiny}, 'pending', {huge}, {huge}, {huge}"),
            format!("{T}, 'pending', {tiny}, {tiny}, {tiny}"),
            format!("{T}, 'running', -1, {tiny}, NULL"),
            format!("{T}, 'running', {huge}, NULL, 0"),
        ] {
            test.insert(columns, &values).await;
        }
        let claimed = test.claim(10, T).await;
        assert_eq!(claimed.len(), 4);
        assert_eq!(claimed.iter().filter(|it| it.is_dead).count(), 1);
        for claimed in claimed.iter().filter(|it| !it.is_dead) {
            let Claim { attempt, .. } = claimed.claim;
            assert!((1..=1_000_001).contains(&attempt), "{attempt}");
            assert_eq!(test.fail(claimed.claim, T).await, ClaimState::Held);
        }
        // Extreme times must not overflow either.
        test.store.claim(10, vec![], Some(tiny)).await.unwrap();
        test.store.claim(10, vec![], Some(huge)).await.unwrap();
        test.store.remove_completed(Duration::MAX, Some(tiny)).await.unwrap();
    })
    .await;
}

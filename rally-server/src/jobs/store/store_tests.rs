//! What every store of jobs does: the same tests for each.

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

/// A unix second that the tests begin with.
const T: i64 = 1_700_000_000;

/// One store, and its database.
struct On {
    store: Arc<dyn JobStore>,
    database: Sql,
}

enum Sql {
    Sqlite(Db),
    Postgres(PgPool),
}

/// A row as it is stored.
#[derive(Debug, PartialEq)]
struct Row {
    status: String,
    attempts: i64,
    run_at: i64,
    claimed_at: Option<i64>,
    last_error: Option<String>,
}

impl On {
    async fn sqlite() -> Self {
        let db = DbOptions::in_memory().open().await.unwrap();
        let OpenedStore(store) = db.store().await.unwrap();
        Self { store, database: Sql::Sqlite(db) }
    }

    async fn postgres() -> Self {
        let pool = server::database().await;
        let OpenedStore(store) = pool.store().await.unwrap();
        Self { store, database: Sql::Postgres(pool) }
    }

    /// Stores a job as if somebody had written it by hand; its id.
    async fn insert(&self, columns: &str, values: &str) -> i64 {
        let columns = format!("name, payload, created_at, {columns}");
        let sql =
            format!("INSERT INTO jobs ({columns}) VALUES ('test', '', {T}, {values}) RETURNING id");
        let sql = sqlx::AssertSqlSafe(sql);
        match &self.database {
            Sql::Sqlite(db) => sqlx::query_scalar(sql).fetch_one(db.write()).await.unwrap(),
            Sql::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    async fn pending(&self, run_at: i64) -> i64 {
        self.insert("run_at", &run_at.to_string()).await
    }

    async fn enqueue(&self, when: RunAt) -> i64 {
        let job = job(when);
        let id = match &self.database {
            Sql::Sqlite(db) => db.insert(job).await,
            Sql::Postgres(pool) => pool.insert(job).await,
        };
        id.unwrap().get()
    }

    async fn row(&self, id: i64) -> Row {
        let sql = "SELECT status, attempts, run_at, claimed_at, last_error FROM jobs WHERE id = $1";
        let (status, attempts, run_at, claimed_at, last_error) = match &self.database {
            Sql::Sqlite(db) => sqlx::query_as(sql).bind(id).fetch_one(db.read()).await.unwrap(),
            Sql::Postgres(pool) => sqlx::query_as(sql).bind(id).fetch_one(pool).await.unwrap(),
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

    /// The claim of the one job that is due.
    async fn claim_one(&self, now: i64) -> Claim {
        let claimed = self.claim(10, now).await;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        claimed[0].claim
    }

    async fn fail(&self, claim: Claim, now: i64) -> ClaimState {
        let ending = JobOutcome::of(claim.attempt, Err("no".to_owned()));
        self.store.finish(claim, ending, Some(now)).await.unwrap()
    }
}

fn job(when: RunAt) -> NewJob {
    NewJob { name: "test", payload: vec![0, 255], fingerprint: u64::MAX, when }
}

/// Runs a test with each store.
async fn on_each(test: impl AsyncFn(On)) {
    println!("on SQLite");
    test(On::sqlite().await).await;
    println!("on PostgreSQL");
    test(On::postgres().await).await;
}

#[tokio::test]
async fn a_job_is_stored_as_it_is_enqueued() {
    on_each(async |on| {
        let before = on.store.now().await.unwrap();
        let id = on.enqueue(RunAt::ASAP).await;
        let later = on.enqueue(RunAt::In(Duration::from_secs(3600))).await;
        let first = on.enqueue(RunAt::First).await;
        let row = on.row(id).await;
        assert!((before..before + 60).contains(&row.run_at), "{row:?}");
        let expected = Row {
            status: "pending".to_owned(),
            attempts: 0,
            run_at: row.run_at,
            claimed_at: None,
            last_error: None,
        };
        assert_eq!(row, expected);
        let wait = on.row(later).await.run_at - row.run_at;
        assert!((3600..3660).contains(&wait), "{wait}");
        assert_eq!(on.row(first).await.run_at, 0);
        let claimed = on.store.claim(10, vec![], None).await.unwrap();
        assert_eq!(claimed.iter().map(|it| it.claim.id).collect::<Vec<_>>(), [first, id]);
        let Claimed { name, payload, fingerprint, is_dead, .. } = &claimed[1];
        assert_eq!((&**name, &**payload), ("test", &[0, 255][..]));
        assert_eq!((*fingerprint, *is_dead), (Some(u64::MAX), false));
    })
    .await;
}

#[tokio::test]
async fn no_more_are_claimed_than_asked_for_and_those_whose_turn_it_is() {
    on_each(async |on| {
        let mut ids = Vec::new();
        for run_at in [T - 1, T - 3, T, T - 2, T - 3, T + 1] {
            ids.push(on.pending(run_at).await);
        }
        assert_eq!(on.claimed_ids(3, T).await, [ids[1], ids[4], ids[3]]);
        assert_eq!(on.claimed_ids(10, T).await, [ids[0], ids[2]]);
        on.none_due(T).await;
        assert_eq!(on.claimed_ids(10, T + 1).await, [ids[5]]);
    })
    .await;
}

#[tokio::test]
async fn what_is_pending_and_what_is_abandoned_take_turns() {
    on_each(async |on| {
        let running = "run_at, status, attempts, claimed_at";
        let old = on.insert(running, &format!("{}, 'running', 1, {}", T - 9, T - 61)).await;
        let first = on.pending(T - 10).await;
        let last = on.pending(T - 8).await;
        assert_eq!(on.claimed_ids(2, T).await, [first, old]);
        assert_eq!(on.claimed_ids(2, T).await, [last]);
    })
    .await;
}

/// A running job that was claimed so many seconds ago.
async fn check_lease(ago: Option<i64>, is_claimed: bool) {
    on_each(async |on| {
        let claimed_at = ago.map_or("NULL".to_owned(), |ago| (T - ago).to_string());
        let values = format!("{}, 'running', 1, {claimed_at}", T - 500);
        let id = on.insert("run_at, status, attempts, claimed_at", &values).await;
        let ids = on.claimed_ids(10, T).await;
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
async fn a_running_job_that_nobody_has_claimed_is_claimed() {
    check_lease(None, true).await;
}

#[tokio::test]
async fn what_has_ended_or_is_not_due_is_not_claimed() {
    on_each(async |on| {
        for status in ["completed", "dead", "nonsense"] {
            on.insert("run_at, status", &format!("{}, '{status}'", T - 1)).await;
        }
        on.insert("run_at, status", &format!("{}, 'running'", T + 1)).await;
        on.pending(T + 1).await;
        on.none_due(T).await;
    })
    .await;
}

#[tokio::test]
async fn success_completes_a_job() {
    on_each(async |on| {
        let id = on.pending(T).await;
        let claim = on.claim_one(T).await;
        assert_eq!((claim.id, claim.attempt, claim.claimed_at), (id, 1, T));
        assert_eq!(on.row(id).await.status, "running");
        let held = on.store.finish(claim, JobOutcome::Completed, Some(T + 3)).await.unwrap();
        assert_eq!(held, ClaimState::Yes);
        let row = on.row(id).await;
        assert_eq!((&*row.status, row.attempts), ("completed", 1));
        on.none_due(T + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_failure_is_tried_again_after_5_20_45_and_80_seconds_and_the_fifth_is_the_last() {
    on_each(async |on| {
        let id = on.pending(T).await;
        let mut now = T;
        for (attempt, wait) in [(1, 5), (2, 20), (3, 45), (4, 80)] {
            let claim = on.claim_one(now).await;
            assert_eq!(claim.attempt, attempt);
            assert_eq!(on.fail(claim, now).await, ClaimState::Yes);
            let expected = Row {
                status: "pending".to_owned(),
                attempts: attempt,
                run_at: now + wait,
                claimed_at: None,
                last_error: Some("no".to_owned()),
            };
            assert_eq!(on.row(id).await, expected);
            on.none_due(now + wait - 1).await;
            now += wait;
        }
        let claim = on.claim_one(now).await;
        assert_eq!(on.fail(claim, now).await, ClaimState::Yes);
        let row = on.row(id).await;
        assert_eq!((&*row.status, row.attempts, row.claimed_at), ("dead", 5, None));
        assert_eq!(row.last_error.as_deref(), Some("no"));
        on.none_due(now + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_job_that_ends_its_process_each_time_is_dead_after_five() {
    on_each(async |on| {
        let id = on.pending(T).await;
        let mut now = T;
        for attempt in 1..=5 {
            assert_eq!(on.claim_one(now).await.attempt, attempt);
            on.none_due(now + 59).await;
            now += 60;
        }
        let claimed = on.claim(10, now).await;
        assert!(claimed.len() == 1 && claimed[0].is_dead, "{claimed:?}");
        let row = on.row(id).await;
        assert_eq!((&*row.status, row.attempts, row.claimed_at), ("dead", 5, None));
        assert_eq!(row.last_error.as_deref(), Some(crate::jobs::store::ENDED));
        on.none_due(now + 1000).await;
    })
    .await;
}

#[tokio::test]
async fn who_has_lost_a_claim_changes_nothing() {
    on_each(async |on| {
        let id = on.pending(T).await;
        let lost = on.claim_one(T).await;
        let held = on.claim_one(T + 60).await;
        let row = on.row(id).await;
        assert_eq!(on.store.renew(lost, Some(T + 61)).await.unwrap(), None);
        assert_eq!(on.fail(lost, T + 61).await, ClaimState::Lost);
        let finished = on.store.finish(lost, JobOutcome::Completed, Some(T + 61)).await.unwrap();
        assert_eq!(finished, ClaimState::Lost);
        assert_eq!(on.store.release(lost).await.unwrap(), ClaimState::Lost);
        assert_eq!(on.row(id).await, row);
        assert_eq!(on.fail(held, T + 62).await, ClaimState::Yes);
        assert_eq!(on.fail(held, T + 62).await, ClaimState::Lost);
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_is_renewed_does_not_end() {
    on_each(async |on| {
        on.pending(T).await;
        let mut claim = on.claim_one(T).await;
        for now in [T + 20, T + 40, T + 60, T + 80] {
            claim = on.store.renew(claim, Some(now)).await.unwrap().unwrap();
            assert_eq!(claim.claimed_at, now);
            on.none_due(now + 59).await;
        }
        let held = on.store.finish(claim, JobOutcome::Completed, Some(T + 100)).await.unwrap();
        assert_eq!(held, ClaimState::Yes);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_given_back_is_as_if_it_had_not_been_claimed() {
    on_each(async |on| {
        let id = on.pending(T).await;
        let before = on.row(id).await;
        let claim = on.claim_one(T).await;
        assert_eq!(on.store.release(claim).await.unwrap(), ClaimState::Yes);
        assert_eq!(on.row(id).await, before);
        assert_eq!(on.claim_one(T).await, claim);
    })
    .await;
}

#[tokio::test]
async fn of_those_who_claim_at_once_one_has_a_job() {
    on_each(async |on| {
        for _ in 0..100 {
            on.pending(T).await;
        }
        let store = &on.store;
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
async fn what_was_done_long_ago_is_removed_and_nothing_else() {
    on_each(async |on| {
        let columns = "run_at, status, claimed_at";
        let (old, new) = (T - 100, T - 99);
        let gone = [
            on.insert(columns, &format!("{old}, 'completed', {old}")).await,
            on.insert(columns, &format!("0, 'completed', {old}")).await,
        ];
        let kept = [
            on.insert(columns, &format!("{old}, 'completed', {new}")).await,
            on.insert(columns, &format!("{old}, 'dead', NULL")).await,
            on.insert(columns, &format!("{old}, 'pending', NULL")).await,
            on.insert(columns, &format!("{old}, 'running', {old}")).await,
        ];
        let age = Duration::from_secs(100);
        assert_eq!(on.store.forget(age, Some(T)).await.unwrap(), 2);
        let mut left = Vec::new();
        for status in Status::ALL {
            let listed = on.store.list(status, 10).await.unwrap();
            left.extend(listed.iter().map(|job| job.id));
        }
        left.sort_unstable();
        assert_eq!(left, kept, "without {gone:?}");
    })
    .await;
}

#[tokio::test]
async fn dead_jobs_are_tried_again_as_if_they_were_new() {
    on_each(async |on| {
        let columns = "run_at, status, attempts, last_error";
        let dead = format!("{}, 'dead', 5, 'no'", T - 100);
        let ids = [on.insert(columns, &dead).await, on.insert(columns, &dead).await];
        let running = on.insert("run_at, status", &format!("{T}, 'running'")).await;
        assert_eq!(on.store.retry(Some(running), Some(T)).await.unwrap(), 0);
        assert_eq!(on.store.retry(Some(ids[1]), Some(T)).await.unwrap(), 1);
        assert_eq!(on.store.retry(Some(ids[1]), Some(T)).await.unwrap(), 0);
        let row = on.row(ids[1]).await;
        assert_eq!((&*row.status, row.attempts, row.run_at), ("pending", 0, T));
        assert_eq!(on.row(ids[0]).await.status, "dead");
        assert_eq!(on.store.retry(None, Some(T)).await.unwrap(), 1);
        assert_eq!(on.row(ids[0]).await.status, "pending");
    })
    .await;
}

#[tokio::test]
async fn jobs_are_listed_and_counted() {
    on_each(async |on| {
        let later = on.pending(T + 1).await;
        let sooner = on.pending(T).await;
        let columns = "run_at, status, attempts, last_error";
        let first = on.insert(columns, &format!("{T}, 'dead', 5, 'no'")).await;
        let last = on.insert(columns, &format!("{}, 'dead', 5, 'no'", T + 1)).await;
        let ids = async |status| {
            let listed = on.store.list(status, 10).await.unwrap();
            listed.iter().map(|job| job.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(Status::Pending).await, [sooner, later]);
        assert_eq!(ids(Status::Dead).await, [last, first]);
        assert_eq!(on.store.list(Status::Dead, 1).await.unwrap().len(), 1);
        let dead = &on.store.list(Status::Dead, 1).await.unwrap()[0];
        assert_eq!((dead.attempts, dead.run_at), (5, T + 1));
        assert_eq!((&*dead.name, dead.error.as_deref()), ("test", Some("no")));
        let mut counts = on.store.counts().await.unwrap();
        counts.sort_unstable();
        assert_eq!(counts, [(Status::Pending, 2), (Status::Dead, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_tick_is_one_job_however_many_processes_there_are() {
    on_each(async |on| {
        let plan = async |cron: &str, next| {
            on.store.plan("nightly".to_owned(), cron.to_owned(), next).await.unwrap()
        };
        let tick = async |due, next| {
            let now: ClockOverride = Some(due);
            let ticked = on.store.tick("nightly".to_owned(), due, next, job(RunAt::ASAP), now);
            ticked.await.unwrap()
        };
        assert_eq!(plan("a", T).await, T);
        // Another process, or the same one later: what is planned stays.
        assert_eq!(plan("a", T + 9).await, T);
        assert!(tick(T, T + 10).await);
        assert!(!tick(T, T + 10).await);
        assert_eq!(plan("a", T + 99).await, T + 10);
        assert_eq!(plan("b", T + 5).await, T + 5);
        assert_eq!(on.claimed_ids(10, T).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whatever_stands_in_a_row_is_a_job_that_can_be_claimed() {
    on_each(async |on| {
        let columns = "run_at, status, attempts, claimed_at, fingerprint";
        let (huge, tiny) = (i64::MAX, i64::MIN);
        for values in [
            format!("{tiny}, 'pending', {huge}, {huge}, {huge}"),
            format!("{T}, 'pending', {tiny}, {tiny}, {tiny}"),
            format!("{T}, 'running', -1, {tiny}, NULL"),
            format!("{T}, 'running', {huge}, NULL, 0"),
        ] {
            on.insert(columns, &values).await;
        }
        let claimed = on.claim(10, T).await;
        assert_eq!(claimed.len(), 4);
        assert_eq!(claimed.iter().filter(|it| it.is_dead).count(), 1);
        for claimed in claimed.iter().filter(|it| !it.is_dead) {
            let Claim { attempt, .. } = claimed.claim;
            assert!((1..=1_000_001).contains(&attempt), "{attempt}");
            assert_eq!(on.fail(claimed.claim, T).await, ClaimState::Yes);
        }
        // Nor does arithmetic with the time overflow.
        on.store.claim(10, vec![], Some(tiny)).await.unwrap();
        on.store.claim(10, vec![], Some(huge)).await.unwrap();
        on.store.forget(Duration::MAX, Some(tiny)).await.unwrap();
    })
    .await;
}

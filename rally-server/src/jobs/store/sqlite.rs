//! The job store in a SQLite database.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteExecutor};
use tokio::sync::watch;

use crate::db::{Db, Transaction};
use crate::jobs::enqueue::{Enqueue, NewJob, sealed, whole_seconds};
use crate::jobs::error::StoreError;
use crate::jobs::job::JobId;
use crate::jobs::retry::{ATTEMPTS, JobOutcome};
use crate::jobs::store::{
    Claim, ClaimState, Claimed, ClockOverride, Database, JobStore, JobSummary, LEASE,
    LEASE_EXPIRED, OpenedStore, REMOVE_BATCH, Status,
};

const CREATE_TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS jobs (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        payload BLOB NOT NULL,
        run_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'pending',
        last_error TEXT,
        created_at INTEGER NOT NULL,
        claimed_at INTEGER,
        fingerprint INTEGER
    )",
    "CREATE INDEX IF NOT EXISTS jobs_by_turn ON jobs (status, run_at, id)",
    "CREATE TABLE IF NOT EXISTS job_schedules (
        name TEXT PRIMARY KEY,
        cron TEXT NOT NULL,
        next_at INTEGER NOT NULL
    ) WITHOUT ROWID",
];

/// Columns that the tables of older Rally versions lack, and the statements that add them.
const ADDED_COLUMNS: [(&str, &str); 2] = [
    ("claimed_at", "ALTER TABLE jobs ADD COLUMN claimed_at INTEGER"),
    ("fingerprint", "ALTER TABLE jobs ADD COLUMN fingerprint INTEGER"),
];

const INSERT: &str = "INSERT INTO jobs (name, payload, run_at, created_at, fingerprint)
    VALUES (?, ?, ?, ?, ?) RETURNING id";

/// Claims due jobs with two searches of the index: a single search would sort all
/// pending jobs. The casts are for rows that were written by hand: in SQLite their
/// columns may hold values of any type.
///
/// Parameters: 1 now, 2 limit, 3 latest claim time whose lease has expired,
/// 4 maximum of attempts, 5 error of jobs that become dead, 6 ids of the jobs that
/// run in this process, as JSON.
const CLAIM: &str = "UPDATE jobs SET
        status = iif(status = 'running' AND attempts >= ?4, 'dead', 'running'),
        last_error = iif(status = 'running' AND attempts >= ?4, ?5, last_error),
        claimed_at = iif(status = 'running' AND attempts >= ?4, NULL, ?1),
        attempts = iif(status = 'running' AND attempts >= ?4, attempts,
            min(max(CAST(coalesce(attempts, 0) AS INTEGER), 0), 1000000) + 1)
    WHERE id IN (
        SELECT id FROM (
            SELECT * FROM (SELECT run_at, id FROM jobs
                WHERE status = 'pending' AND run_at <= ?1
                    AND id NOT IN (SELECT value FROM json_each(?6))
                ORDER BY run_at, id LIMIT ?2)
            UNION ALL
            SELECT * FROM (SELECT run_at, id FROM jobs
                WHERE status = 'running' AND run_at <= ?1
                    AND (claimed_at IS NULL OR claimed_at <= ?3)
                    AND id NOT IN (SELECT value FROM json_each(?6))
                ORDER BY run_at, id LIMIT ?2)
        ) ORDER BY run_at, id LIMIT ?2
    )
    RETURNING id, CAST(run_at AS INTEGER) AS run_at, CAST(name AS BLOB) AS name,
        CAST(payload AS BLOB) AS payload, CAST(attempts AS INTEGER) AS attempts,
        CAST(fingerprint AS INTEGER) AS fingerprint, status = 'dead' AS is_dead";

macro_rules! held_by {
    ($before:literal) => {
        concat!($before, " WHERE id = ? AND status = 'running' AND attempts = ? AND claimed_at = ?")
    };
}

const RENEW: &str = held_by!("UPDATE jobs SET claimed_at = ?");
const COMPLETE: &str = held_by!("UPDATE jobs SET status = 'completed', claimed_at = ?");
const FAIL: &str =
    held_by!("UPDATE jobs SET status = 'pending', run_at = ?, last_error = ?, claimed_at = NULL");
const MARK_DEAD: &str =
    held_by!("UPDATE jobs SET status = 'dead', last_error = ?, claimed_at = NULL");
const RELEASE: &str =
    held_by!("UPDATE jobs SET status = 'pending', attempts = attempts - 1, claimed_at = NULL");

const REMOVE_COMPLETED: &str = "DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE status = 'completed' AND run_at <= ?1
            AND coalesce(claimed_at, created_at, 0) <= ?1
        LIMIT ?2
    )";

const LIST: &str = "SELECT id, CAST(name AS BLOB) AS name, CAST(attempts AS INTEGER) AS attempts,
        CAST(run_at AS INTEGER) AS run_at, CAST(claimed_at AS INTEGER) AS claimed_at,
        CAST(last_error AS BLOB) AS last_error
    FROM jobs WHERE status = ?1 ORDER BY run_at, id LIMIT ?2";

const LIST_LAST: &str = "SELECT id, CAST(name AS BLOB) AS name,
        CAST(attempts AS INTEGER) AS attempts, CAST(run_at AS INTEGER) AS run_at,
        CAST(claimed_at AS INTEGER) AS claimed_at, CAST(last_error AS BLOB) AS last_error
    FROM jobs WHERE status = ?1 ORDER BY run_at DESC, id DESC LIMIT ?2";

const COUNTS: &str = "SELECT CAST(status AS TEXT) AS status, count(*) AS jobs FROM jobs
    GROUP BY status";

const RETRY: &str = "UPDATE jobs SET status = 'pending', attempts = 0, claimed_at = NULL,
        run_at = ?1
    WHERE status = 'dead' AND (?2 IS NULL OR id = ?2)";

/// If the expression has changed, the stored due time is replaced.
const PLAN: &str = "INSERT INTO job_schedules (name, cron, next_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET
        next_at = iif(cron = excluded.cron, next_at, excluded.next_at), cron = excluded.cron
    RETURNING CAST(next_at AS INTEGER) AS next_at";

const TICK: &str = "UPDATE job_schedules SET next_at = ? WHERE name = ? AND next_at = ?";

struct SqliteStore {
    db: Db,
}

impl SqliteStore {
    fn second(&self, now: ClockOverride) -> i64 {
        now.unwrap_or_else(|| second(self.db.now()))
    }
}

fn second(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl sealed::Sealed for &Db {}
impl sealed::Sealed for &mut Transaction<'_> {}

impl Database for &Db {
    async fn store(self) -> Result<OpenedStore, StoreError> {
        let mut tx = self.begin().await?;
        for statement in CREATE_TABLES {
            sqlx::query(statement).execute(&mut tx).await?;
        }
        for (column, statement) in ADDED_COLUMNS {
            let query = "SELECT count(*) FROM pragma_table_info('jobs') WHERE name = ?";
            let known: i64 = sqlx::query_scalar(query).bind(column).fetch_one(&mut tx).await?;
            if known == 0 {
                sqlx::query(statement).execute(&mut tx).await?;
            }
        }
        tx.commit().await?;
        Ok(OpenedStore(Arc::new(SqliteStore { db: self.clone() })))
    }
}

impl Enqueue for &mut Transaction<'_> {
    async fn insert(self, job: NewJob) -> Result<JobId, StoreError> {
        let (when, now) = (job.when, second(self.db().now()));
        let id = insert(&mut *self, job, now).await?;
        if when.is_now() {
            let db = self.db().clone();
            // Wake the workers after the commit: before the commit, they cannot see the job.
            self.after_commit(move || db.jobs().send_replace(()));
        }
        Ok(id)
    }
}

impl Enqueue for &Db {
    async fn insert(self, job: NewJob) -> Result<JobId, StoreError> {
        let when = job.when;
        let id = insert(self.write(), job, second(self.now())).await?;
        if when.is_now() {
            self.jobs().send_replace(());
        }
        Ok(id)
    }
}

async fn insert<'e>(
    executor: impl SqliteExecutor<'e>,
    job: NewJob,
    now: i64,
) -> Result<JobId, StoreError> {
    let run_at = job.when.wait().map_or(0, |wait| now.saturating_add(wait));
    let query = sqlx::query_scalar(INSERT).bind(job.name).bind(job.payload).bind(run_at);
    let query = query.bind(now).bind(job.fingerprint.cast_signed());
    Ok(JobId(query.fetch_one(executor).await?))
}

impl JobStore for SqliteStore {
    fn now(&self) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async { Ok(self.second(None)) })
    }

    fn claim(
        &self,
        limit: usize,
        running: Vec<i64>,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Vec<Claimed>, StoreError>> {
        Box::pin(async move {
            let now = self.second(now);
            let ended = now.saturating_sub(whole_seconds(LEASE));
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let query = sqlx::query(CLAIM).bind(now).bind(limit).bind(ended);
            let query = query.bind(ATTEMPTS).bind(LEASE_EXPIRED);
            // The debug format of a vector of numbers is valid JSON.
            let query = query.bind(format!("{running:?}"));
            let rows = query.fetch_all(self.db.write()).await?;
            let claimed = rows.iter().map(|row| claimed(row, now));
            let mut claimed = claimed.collect::<sqlx::Result<Vec<_>>>()?;
            // RETURNING does not keep the order of the subquery.
            claimed.sort_by_key(|(turn, _)| *turn);
            Ok(claimed.into_iter().map(|(_, claimed)| claimed).collect())
        })
    }

    fn renew(
        &self,
        claim: Claim,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<Option<Claim>, StoreError>> {
        Box::pin(async move {
            let claimed_at = self.second(now);
            let query = bind_claim(claim, sqlx::query(RENEW).bind(claimed_at));
            let renewed = query.execute(self.db.write()).await?;
            let claim = Claim { claimed_at, ..claim };
            Ok((renewed.rows_affected() > 0).then_some(claim))
        })
    }

    fn finish(
        &self,
        claim: Claim,
        outcome: JobOutcome,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<ClaimState, StoreError>> {
        Box::pin(async move {
            let now = self.second(now);
            let query = match outcome {
                JobOutcome::Completed => sqlx::query(COMPLETE).bind(now),
                JobOutcome::Retry { after, error } => {
                    let run_at = now.saturating_add(whole_seconds(after));
                    sqlx::query(FAIL).bind(run_at).bind(error)
                }
                JobOutcome::Dead { error } => sqlx::query(MARK_DEAD).bind(error),
            };
            let finished = bind_claim(claim, query).execute(self.db.write()).await?;
            Ok(ClaimState::of(finished.rows_affected()))
        })
    }

    fn release(&self, claim: Claim) -> BoxFuture<'_, Result<ClaimState, StoreError>> {
        Box::pin(async move {
            let query = bind_claim(claim, sqlx::query(RELEASE));
            let released = query.execute(self.db.write()).await?;
            self.db.jobs().send_replace(());
            Ok(ClaimState::of(released.rows_affected()))
        })
    }

    fn remove_completed(
        &self,
        age: Duration,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let before = self.second(now).saturating_sub(whole_seconds(age));
            let removed = sqlx::query(REMOVE_COMPLETED).bind(before).bind(REMOVE_BATCH);
            let removed = removed.execute(self.db.write()).await?;
            Ok(removed.rows_affected())
        })
    }

    fn list(
        &self,
        status: Status,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<JobSummary>, StoreError>> {
        Box::pin(async move {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let query = match status {
                Status::Pending | Status::Running => LIST,
                Status::Completed | Status::Dead => LIST_LAST,
            };
            let query = sqlx::query(query).bind(status.name()).bind(limit);
            let rows = query.fetch_all(self.db.read()).await?;
            Ok(rows.iter().map(listed).collect::<sqlx::Result<_>>()?)
        })
    }

    fn counts(&self) -> BoxFuture<'_, Result<Vec<(Status, u64)>, StoreError>> {
        Box::pin(async move {
            let rows: Vec<(String, i64)> = sqlx::query_as(COUNTS).fetch_all(self.db.read()).await?;
            let known = rows.into_iter().filter_map(|(status, jobs)| {
                Some((Status::of(&status)?, u64::try_from(jobs).unwrap_or_default()))
            });
            Ok(known.collect())
        })
    }

    fn retry(&self, id: Option<i64>, now: ClockOverride) -> BoxFuture<'_, Result<u64, StoreError>> {
        Box::pin(async move {
            let query = sqlx::query(RETRY).bind(self.second(now)).bind(id);
            let retried = query.execute(self.db.write()).await?;
            self.db.jobs().send_replace(());
            Ok(retried.rows_affected())
        })
    }

    fn plan(
        &self,
        name: String,
        cron: String,
        next: i64,
    ) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async move {
            let query = sqlx::query_scalar(PLAN).bind(name).bind(cron).bind(next);
            Ok(query.fetch_one(self.db.write()).await?)
        })
    }

    fn tick(
        &self,
        name: String,
        due: i64,
        next: i64,
        job: NewJob,
        now: ClockOverride,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        Box::pin(async move {
            let mut tx = self.db.begin().await?;
            let query = sqlx::query(TICK).bind(next).bind(name).bind(due);
            if query.execute(&mut tx).await?.rows_affected() == 0 {
                return Ok(false);
            }
            insert(&mut tx, job, self.second(now)).await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    fn wakes(&self) -> watch::Receiver<()> {
        self.db.jobs().subscribe()
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind_claim(claim: Claim, query: Query<'_>) -> Query<'_> {
    query.bind(claim.id).bind(claim.attempt).bind(claim.claimed_at)
}

/// Returns a claimed job and its sort key: due time and id.
fn claimed(row: &SqliteRow, claimed_at: i64) -> sqlx::Result<((i64, i64), Claimed)> {
    let id = row.try_get("id")?;
    let fingerprint: Option<i64> = row.try_get("fingerprint")?;
    let claimed = Claimed {
        claim: Claim { id, attempt: row.try_get("attempts")?, claimed_at },
        name: text(row, "name")?.unwrap_or_default(),
        payload: row.try_get::<Option<_>, _>("payload")?.unwrap_or_default(),
        fingerprint: fingerprint.map(i64::cast_unsigned),
        is_dead: row.try_get("is_dead")?,
    };
    Ok(((row.try_get("run_at")?, id), claimed))
}

fn listed(row: &SqliteRow) -> sqlx::Result<JobSummary> {
    Ok(JobSummary {
        id: row.try_get("id")?,
        name: text(row, "name")?.unwrap_or_default(),
        attempts: row.try_get::<Option<_>, _>("attempts")?.unwrap_or_default(),
        run_at: row.try_get::<Option<_>, _>("run_at")?.unwrap_or_default(),
        claimed_at: row.try_get("claimed_at")?,
        error: text(row, "last_error")?,
    })
}

fn text(row: &SqliteRow, column: &str) -> sqlx::Result<Option<String>> {
    let bytes: Option<Vec<u8>> = row.try_get(column)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

//! Thirty-two concurrent writers with small transactions that read and then
//! write, compared with bare sqlx pools: one with a single connection, and one
//! with as many connections as writers.
//!
//! `cargo bench --bench writers`
//!
//! Busy errors are counted: a transaction of a pool fails if another one has
//! written since its first read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rally::db::Db;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::runtime::{Builder, Runtime};

use self::paired::Comparison;

#[expect(dead_code, reason = "the subjects of this bench measure themselves")]
mod paired;

const WRITERS: i64 = 32;
/// Number of transactions of each writer in a turn.
const EACH: u32 = 2;

const TABLE: &str = "CREATE TABLE account (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
     WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 31)
     INSERT INTO account SELECT i, 0 FROM n";
const READ: &str = "SELECT cents FROM account WHERE id = ?";
const WRITE: &str = "UPDATE account SET cents = ? WHERE id = ?";

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let db = runtime.block_on(async {
        let db = Db::open(directory.path().join("rally.db")).await.unwrap();
        sqlx::raw_sql(TABLE).execute(db.write()).await.unwrap();
        db
    });
    let pool = |name: &str, connections| {
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join(name))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5));
        // Connections to a local file need no liveness test.
        let pool = SqlitePoolOptions::new().max_connections(connections).test_before_acquire(false);
        runtime.block_on(async {
            let pool = pool.connect_with(options).await.unwrap();
            sqlx::raw_sql(TABLE).execute(&pool).await.unwrap();
            pool
        })
    };
    let (one, many) = (pool("one.db", 1), pool("many.db", WRITERS as u32));
    let busy = [const { AtomicU64::new(0) }; 4].map(Arc::new);
    let [of_one, immediate, deferred, ours] = &busy;
    Comparison::new("32 writers, a transaction that reads and writes")
        .measured("sqlx, 1 connection", || {
            turn(&runtime, of_one, |id| bare(one.clone(), "BEGIN IMMEDIATE", id))
        })
        .measured("sqlx, 32 connections, BEGIN IMMEDIATE", || {
            turn(&runtime, immediate, |id| bare(many.clone(), "BEGIN IMMEDIATE", id))
        })
        .measured("sqlx, 32 connections, BEGIN", || {
            turn(&runtime, deferred, |id| bare(many.clone(), "BEGIN", id))
        })
        .measured("rally", || turn(&runtime, ours, |id| rally(db.clone(), id)))
        .run();
    let counted = busy.each_ref().map(|count| count.load(Ordering::Relaxed));
    println!("busy errors, in this order: {counted:?}");
}

/// The average seconds of a transaction, over all writers.
fn turn<F>(runtime: &Runtime, busy: &Arc<AtomicU64>, transact: impl Fn(i64) -> F) -> f64
where
    F: Future<Output = sqlx::Result<()>> + Send + 'static,
{
    let started = Instant::now();
    runtime.block_on(async {
        for _ in 0..EACH {
            let writers: Vec<_> = (0..WRITERS).map(|id| tokio::spawn(transact(id))).collect();
            for writer in writers {
                if let Err(error) = writer.await.unwrap() {
                    assert!(error.to_string().contains("locked"), "{error}");
                    busy.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    started.elapsed().as_secs_f64() / f64::from(WRITERS as u32 * EACH)
}

async fn bare(pool: SqlitePool, begin: &'static str, id: i64) -> sqlx::Result<()> {
    let mut tx = pool.begin_with(begin).await?;
    let cents: i64 = sqlx::query_scalar(READ).bind(id).fetch_one(&mut *tx).await?;
    sqlx::query(WRITE).bind(cents + 1).bind(id).execute(&mut *tx).await?;
    tx.commit().await
}

async fn rally(db: Db, id: i64) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    let cents: i64 = sqlx::query_scalar(READ).bind(id).fetch_one(&mut tx).await?;
    sqlx::query(WRITE).bind(cents + 1).bind(id).execute(&mut tx).await?;
    tx.commit().await
}

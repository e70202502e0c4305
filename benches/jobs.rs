//! Enqueuing and running jobs, compared with sqlx statements on a dedicated
//! connection: a commit for each enqueued job, for each ten claimed jobs, and
//! for each finished job.
//!
//! `cargo bench --bench jobs`

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rally::db::Db;
use rally::jobs::{JobExt, Jobs};
use rally::prelude::*;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use self::paired::Comparison;

#[expect(dead_code, reason = "the subjects of this bench measure themselves")]
mod paired;

/// Number of jobs in a turn.
const JOBS: u64 = 500;

/// Number of jobs that have run.
type Cx = rally::Cx<Arc<AtomicU64>>;

/// A job that only counts.
#[derive(Wire)]
struct Count {
    by: u64,
    of: String,
}

impl Count {
    fn new() -> Self {
        Self { by: 1, of: "a message of a few bytes".to_owned() }
    }
}

#[rally::job]
async fn count(msg: Count, cx: &Cx) -> Result<()> {
    cx.state().fetch_add(msg.by, Ordering::Release);
    Ok(())
}

const TABLE: &str = "CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, payload BLOB NOT NULL,
        run_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
        status TEXT NOT NULL DEFAULT 'pending', last_error TEXT, created_at INTEGER NOT NULL,
        claimed_at INTEGER, fingerprint INTEGER
    );
    CREATE INDEX jobs_by_turn ON jobs (status, run_at, id)";
const INSERT: &str = "INSERT INTO jobs (name, payload, run_at, created_at, fingerprint)
    VALUES (?, ?, ?, ?, ?) RETURNING id";
const CLAIM: &str = "UPDATE jobs SET status = 'running', claimed_at = ?1, attempts = attempts + 1
    WHERE id IN (SELECT id FROM jobs WHERE status = 'pending' AND run_at <= ?1
        ORDER BY run_at, id LIMIT 10)
    RETURNING id, attempts, payload";
const DONE: &str = "UPDATE jobs SET status = 'completed', claimed_at = ?
    WHERE id = ? AND status = 'running' AND attempts = ?";

fn main() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut turns = (0..).map(|turn| directory.path().join(format!("{turn}.db")));
    // Both comparisons take new database files from one sequence.
    let turns = std::cell::RefCell::new(&mut turns);
    let file = || turns.borrow_mut().next().unwrap();
    Comparison::new(format!("enqueuing {JOBS} jobs"))
        .measured("sqlx", || bare(&runtime, &file()).0)
        .measured("rally", || rally(&runtime, &file()).0)
        .run();
    Comparison::new(format!("running {JOBS} jobs"))
        .measured("sqlx", || bare(&runtime, &file()).1)
        .measured("rally", || rally(&runtime, &file()).1)
        .run();
}

/// The seconds that it took to enqueue a job, and to run a job.
type Timings = (f64, f64);

fn each(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() / JOBS as f64
}

fn bare(runtime: &Runtime, file: &Path) -> Timings {
    runtime.block_on(async {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(TABLE).execute(&mut connection).await.unwrap();
        let started = Instant::now();
        for _ in 0..JOBS {
            let payload = rally_core::codec::encode(&Count::new()).unwrap();
            let query = sqlx::query_scalar::<_, i64>(INSERT).bind("Count").bind(payload);
            query.bind(1).bind(1).bind(1).fetch_one(&mut connection).await.unwrap();
        }
        let enqueued = each(started);
        let started = Instant::now();
        assert_eq!(drain(&mut connection).await, JOBS);
        (enqueued, each(started))
    })
}

/// Runs all jobs, and returns their number.
async fn drain(connection: &mut SqliteConnection) -> u64 {
    let mut count = 0;
    loop {
        let rows: Vec<(i64, i64, Vec<u8>)> =
            sqlx::query_as(CLAIM).bind(2).fetch_all(&mut *connection).await.unwrap();
        if rows.is_empty() {
            return count;
        }
        for (id, attempts, payload) in rows {
            count += rally_core::codec::decode::<Count>(&payload).unwrap().by;
            let query = sqlx::query(DONE).bind(2).bind(id).bind(attempts);
            query.execute(&mut *connection).await.unwrap();
        }
    }
}

fn rally(runtime: &Runtime, file: &Path) -> Timings {
    let counted = Arc::new(AtomicU64::new(0));
    let dist = file.with_extension("dist");
    std::fs::create_dir(&dist).unwrap();
    std::fs::write(dist.join("index.html"), "<div id=\"app\"></div>").unwrap();
    runtime.block_on(async {
        let db = Db::open(file).await.unwrap();
        let jobs = Jobs::open(&db).await.unwrap();
        let started = Instant::now();
        for _ in 0..JOBS {
            Count::new().enqueue(&db).await.unwrap();
        }
        let enqueued = each(started);
        let app = App::new(counted.clone()).jobs(jobs).dist(dist);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = Instant::now();
        let serving = tokio::spawn(async move { app.listen(&[], listener).await.map(drop) });
        let left = "SELECT count(*) FROM jobs WHERE status != 'completed'";
        while counted.load(Ordering::Acquire) < JOBS
            || sqlx::query_scalar::<_, i64>(left).fetch_one(db.read()).await.unwrap() > 0
        {
            // Sleep between the polls, so that they do not slow down the
            // worker.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let run = each(started);
        serving.abort();
        (enqueued, run)
    })
}

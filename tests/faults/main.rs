//! Jobs whose process is killed: two processes work on one database file, and
//! are killed with SIGKILL at random moments, again and again.
//!
//! `RALLY_KILLS=2000 RALLY_SEED=7 cargo test --test faults` kills more often.
//! This is a separate program because it starts itself as the processes that
//! are killed.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rally::db::Db;
use rally::job;
use rally::jobs::Jobs;
use rally::prelude::*;
use tokio::net::TcpListener;

/// Number of processes that are killed, two in each round.
const KILLS: u64 = 200;

/// The state of the jobs.
struct Bank {
    db: Db,
    directory: PathBuf,
}

type Cx = rally::Cx<Bank>;

/// Inserts both halves of a payment, and enqueues a receipt.
#[derive(Wire)]
struct Pay {
    key: i64,
}

/// A job that a payment enqueues in its transaction.
#[derive(Wire)]
struct SendReceipt {
    key: i64,
}

#[job]
async fn pay(msg: Pay, cx: &Cx) -> Result<()> {
    let _lock = JobLock::with(&cx.state().directory, "pay", msg.key)?;
    let mut tx = cx.state().db.begin().await?;
    half(&mut tx, msg.key, 1).await?;
    half(&mut tx, msg.key, 2).await?;
    SendReceipt { key: msg.key }.enqueue(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn half(tx: &mut rally::db::Transaction<'_>, key: i64, half: i64) -> sqlx::Result<()> {
    // If the process is killed after the commit, the payment runs again.
    let query = sqlx::query(
        "INSERT INTO payment (key, half, times) VALUES (?, ?, 1)
                             ON CONFLICT DO UPDATE SET times = times + 1",
    );
    query.bind(key).bind(half).execute(tx).await.map(drop)
}

#[job]
async fn send_receipt(msg: SendReceipt, cx: &Cx) -> Result<()> {
    let _lock = JobLock::with(&cx.state().directory, "receipt", msg.key)?;
    Ok(())
}

/// The lock of a running job. The kernel releases it when the process is
/// killed.
struct JobLock {
    _locked: File,
}

impl JobLock {
    fn with(directory: &Path, name: &str, key: i64) -> io::Result<Self> {
        let file = File::create(directory.join(format!("{name}-{key}.lock")))?;
        if file.try_lock().is_err() {
            File::create(directory.join(format!("{name}-{key}.twice")))?;
        }
        Ok(Self { _locked: file })
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match &args[..] {
        [_, word, directory, first] if word == "work" => {
            runtime.block_on(work(Path::new(directory), first.parse().ok()));
        }
        _ => {
            let number = |name: &str, default| {
                std::env::var(name).map_or(default, |it| it.parse().expect("an integer"))
            };
            let seed = number("RALLY_SEED", fastrand::u64(..));
            let kills = number("RALLY_KILLS", KILLS);
            println!("killing processes with jobs {kills} times, RALLY_SEED={seed}");
            runtime.block_on(kill(kills, fastrand::Rng::with_seed(seed)));
        }
    }
}

/// Runs jobs, and enqueues payments from `first` on, until the process is
/// killed. Each number that it prints is a job that it has enqueued. Without
/// `first` it ends when no jobs are left.
async fn work(directory: &Path, first: Option<i64>) {
    let db = open(directory).await;
    let jobs = Jobs::open(&db).await.unwrap();
    let state = Bank { db: db.clone(), directory: directory.to_owned() };
    let app = App::new(state).jobs(jobs).dist(directory);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    tokio::spawn(async move { app.listen(&[], listener).await.map(drop).unwrap() });
    let Some(first) = first else { return done(&db).await };
    for key in first.. {
        Pay { key }.enqueue(&db).await.unwrap();
        let mut out = io::stdout().lock();
        writeln!(out, "{key}")
            .and_then(|()| out.flush())
            .expect("cannot write to the parent process");
        drop(out);
        // Give the jobs time to run.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until every job has ended. Failed jobs are retried at once.
async fn done(db: &Db) {
    loop {
        let now = "UPDATE jobs SET run_at = 1 WHERE status = 'pending' AND run_at > 1";
        sqlx::query(now).execute(db.write()).await.unwrap();
        let left = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running')";
        if sqlx::query_scalar::<_, i64>(left).fetch_one(db.read()).await.unwrap() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn open(directory: &Path) -> Db {
    Db::open(directory.join("bank.db")).await.unwrap()
}

async fn kill(kills: u64, mut random: fastrand::Rng) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    fs::write(path.join("index.html"), "<div id=\"app\"></div>").unwrap();
    let db = open(path).await;
    let table = "CREATE TABLE payment (key, half, times, PRIMARY KEY (key, half))";
    sqlx::query(table).execute(db.write()).await.unwrap();
    drop(Jobs::open(&db).await.unwrap());
    let mut announced = Vec::new();
    for round in 0..kills.div_ceil(2) {
        let worker =
            |number: u64| Worker::start(path, &((round * 2 + number) * 1_000_000).to_string());
        let mut workers = [worker(0), worker(1)];
        random.shuffle(&mut workers);
        for worker in workers {
            // Between the start of the process and its full activity.
            std::thread::sleep(Duration::from_micros(random.u64(0..80_000)));
            announced.extend(worker.kill());
        }
        // An hour later the claims of the killed processes have expired.
        for later in [
            "UPDATE jobs SET claimed_at = claimed_at - 3600 WHERE status = 'running'",
            "UPDATE jobs SET run_at = run_at - 3600 WHERE status = 'pending'",
        ] {
            sqlx::query(later).execute(db.write()).await.unwrap();
        }
    }
    Worker::start(path, "").end();
    check(&db, path, &announced).await;
}

/// A process that enqueues and runs jobs.
struct Worker(Child);

impl Worker {
    fn start(directory: &Path, first: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("work").arg(directory).arg(first).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Kills the process, and returns the numbers that it has printed.
    fn kill(mut self) -> Vec<i64> {
        // SIGKILL, which a process cannot handle.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        // An incomplete last line was not announced.
        lines.map_while(|line| line.ok()?.parse().ok()).collect()
    }

    fn end(mut self) {
        assert!(self.0.wait().unwrap().success(), "the last worker failed");
    }
}

/// Checks that no enqueued job is lost, no payment is incomplete, and no job
/// ran twice at the same time.
async fn check(db: &Db, directory: &Path, announced: &[i64]) {
    let count = |query: &'static str| async move {
        sqlx::query_scalar::<_, i64>(query).fetch_one(db.read()).await.unwrap()
    };
    let whole: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(db.read()).await.unwrap();
    assert_eq!(whole, "ok");
    let halves = "SELECT count(*) FROM (SELECT key FROM payment GROUP BY key
                  HAVING count(*) != 2 OR min(times) != max(times))";
    assert_eq!(count(halves).await, 0, "incomplete payments");
    // The number of receipts equals that of payments, because both are in one
    // transaction.
    let payments = count("SELECT coalesce(sum(times), 0) FROM payment WHERE half = 1").await;
    let receipts = count("SELECT count(*) FROM jobs WHERE name LIKE '%SendReceipt'").await;
    assert_eq!(receipts, payments, "the number of receipts differs from that of payments");
    let completed =
        count("SELECT count(*) FROM jobs WHERE name LIKE '%Pay' AND status = 'completed'").await;
    let dead = count("SELECT count(*) FROM jobs WHERE status = 'dead'").await;
    let crashed = count("SELECT count(*) FROM jobs WHERE status = 'dead' AND attempts = 5").await;
    assert_eq!(dead, crashed, "jobs that died before their fifth attempt");
    let again = count("SELECT count(*) FROM jobs WHERE attempts > 1").await;
    assert!(again > 0, "no process was killed while it ran a job");
    let stored = count("SELECT count(*) FROM jobs WHERE name LIKE '%Pay'").await;
    let paid = count("SELECT count(DISTINCT key) FROM payment").await;
    let announced_count = i64::try_from(announced.len()).unwrap();
    assert!(
        announced_count > 0 && stored >= announced_count,
        "{announced_count} jobs announced, {stored} stored"
    );
    assert!(paid >= completed, "{completed} completed, {paid} payments");
    let mut unpaid = Vec::new();
    for key in announced {
        let query = "SELECT count(*) FROM payment WHERE key = ?";
        let halves: i64 = sqlx::query_scalar(query).bind(key).fetch_one(db.read()).await.unwrap();
        if halves != 2 {
            unpaid.push(key);
        }
    }
    // A job that crashed its process five times is dead.
    let lost = i64::try_from(unpaid.len()).unwrap();
    assert!(lost <= dead, "announced and lost: {unpaid:?}");
    let twice: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".twice"))
        .collect();
    let some: Vec<_> = twice.iter().take(5).collect();
    assert!(twice.is_empty(), "{} jobs ran twice at the same time: {some:?}, ..", twice.len());
    println!(
        "{announced_count} jobs were announced, {completed} payments completed, {again} jobs retried, \
         {dead} dead: none lost, none incomplete, none ran twice at the same time"
    );
}

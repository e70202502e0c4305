//! Jobs of processes that are killed: two processes share one file, and are killed
//! with SIGKILL at random times, repeatedly.
//!
//! `RALLY_KILLS=2000 RALLY_SEED=7 cargo test --test faults` sets the number of kills
//! and the seed. This test has its own `main`, because it starts itself: with
//! arguments the program is one of the two workers.

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

/// Default number of kills. Each round kills two processes.
const KILLS: u64 = 200;

struct Bank {
    db: Db,
    directory: PathBuf,
}

type Cx = rally::Cx<Bank>;

/// A job that writes both halves of a payment and enqueues [`SendReceipt`].
#[derive(Wire)]
struct Pay {
    key: i64,
}

/// A job that a payment enqueues in the same transaction.
#[derive(Wire)]
struct SendReceipt {
    key: i64,
}

#[job]
async fn pay(msg: Pay, cx: &Cx) -> Result<()> {
    let _lock = JobLock::acquire(&cx.state().directory, "pay", msg.key)?;
    let mut tx = cx.state().db.begin().await?;
    half(&mut tx, msg.key, 1).await?;
    half(&mut tx, msg.key, 2).await?;
    SendReceipt { key: msg.key }.enqueue(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn half(tx: &mut rally::db::Transaction<'_>, key: i64, half: i64) -> sqlx::Result<()> {
    // If the process is killed after the commit, the job runs again.
    let query = sqlx::query(
        "INSERT INTO payment (key, half, times) VALUES (?, ?, 1)
                             ON CONFLICT DO UPDATE SET times = times + 1",
    );
    query.bind(key).bind(half).execute(tx).await.map(drop)
}

#[job]
async fn send_receipt(msg: SendReceipt, cx: &Cx) -> Result<()> {
    let _lock = JobLock::acquire(&cx.state().directory, "receipt", msg.key)?;
    Ok(())
}

/// A file lock that detects if a job runs twice at the same time. The system releases
/// the lock of a process that is killed.
struct JobLock {
    _locked: File,
}

impl JobLock {
    fn acquire(directory: &Path, name: &str, key: i64) -> io::Result<Self> {
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
                std::env::var(name)
                    .map_or(default, |it| it.parse().expect("the variable must be a number"))
            };
            let seed = number("RALLY_SEED", fastrand::u64(..));
            let kills = number("RALLY_KILLS", KILLS);
            println!("testing jobs with {kills} killed processes, RALLY_SEED={seed}");
            runtime.block_on(kill(kills, fastrand::Rng::with_seed(seed)));
        }
    }
}

/// Runs jobs and enqueues payments with increasing keys from `first` on, until the
/// process is killed. Prints each key once its job is committed: a printed payment
/// must not be lost. Without `first`, returns when all jobs have ended.
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
        writeln!(out, "{key}").and_then(|()| out.flush()).expect("cannot print the key");
        drop(out);
        // A pause, so that jobs run as well.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until every job has ended, and makes retries due at once.
async fn done(db: &Db) {
    loop {
        let now = "UPDATE jobs SET run_at = 1 WHERE status = 'pending' AND run_at > 1";
        sqlx::query(now).execute(db.write()).await.unwrap();
        let unfinished = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'running')";
        if sqlx::query_scalar::<_, i64>(unfinished).fetch_one(db.read()).await.unwrap() == 0 {
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
    let mut keys = Vec::new();
    for round in 0..kills.div_ceil(2) {
        let worker =
            |number: u64| Worker::start(path, &((round * 2 + number) * 1_000_000).to_string());
        let mut workers = [worker(0), worker(1)];
        random.shuffle(&mut workers);
        for worker in workers {
            // Kills some processes before they open the file, others while they run jobs.
            std::thread::sleep(Duration::from_micros(random.u64(0..80_000)));
            keys.extend(worker.kill());
        }
        // Let an hour pass in the database, so that all leases have expired.
        for later in [
            "UPDATE jobs SET claimed_at = claimed_at - 3600 WHERE status = 'running'",
            "UPDATE jobs SET run_at = run_at - 3600 WHERE status = 'pending'",
        ] {
            sqlx::query(later).execute(db.write()).await.unwrap();
        }
    }
    Worker::start(path, "").join();
    check(&db, path, &keys).await;
}

struct Worker(Child);

impl Worker {
    fn start(directory: &Path, first: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("work").arg(directory).arg(first).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Kills the process and returns the keys that it has printed.
    fn kill(mut self) -> Vec<i64> {
        // `kill` sends SIGKILL, which a process cannot handle.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        // The last line may be incomplete: then it does not count.
        lines.map_while(|line| line.ok()?.parse().ok()).collect()
    }

    fn join(mut self) {
        assert!(self.0.wait().unwrap().success(), "the last worker failed");
    }
}

/// Checks that no printed payment is lost, that no payment is incomplete, and that no
/// job ran twice at the same time.
async fn check(db: &Db, directory: &Path, keys: &[i64]) {
    let count = |query: &'static str| async move {
        sqlx::query_scalar::<_, i64>(query).fetch_one(db.read()).await.unwrap()
    };
    let whole: String =
        sqlx::query_scalar("PRAGMA integrity_check").fetch_one(db.read()).await.unwrap();
    assert_eq!(whole, "ok");
    let halves = "SELECT count(*) FROM (SELECT key FROM payment GROUP BY key
                  HAVING count(*) != 2 OR min(times) != max(times))";
    assert_eq!(count(halves).await, 0, "incomplete payments");
    // Payments and receipts are enqueued in one transaction.
    let payments = count("SELECT coalesce(sum(times), 0) FROM payment WHERE half = 1").await;
    let receipts = count("SELECT count(*) FROM jobs WHERE name LIKE '%SendReceipt'").await;
    assert_eq!(receipts, payments, "the number of receipts must be the number of payments");
    let completed =
        count("SELECT count(*) FROM jobs WHERE name LIKE '%Pay' AND status = 'completed'").await;
    let dead = count("SELECT count(*) FROM jobs WHERE status = 'dead'").await;
    let crashed = count("SELECT count(*) FROM jobs WHERE status = 'dead' AND attempts = 5").await;
    assert_eq!(dead, crashed, "jobs that are dead before their fifth attempt");
    let retried = count("SELECT count(*) FROM jobs WHERE attempts > 1").await;
    assert!(retried > 0, "no process was killed while it ran a job");
    let stored = count("SELECT count(*) FROM jobs WHERE name LIKE '%Pay'").await;
    let paid = count("SELECT count(DISTINCT key) FROM payment").await;
    let printed = i64::try_from(keys.len()).unwrap();
    assert!(printed > 0 && stored >= printed, "{printed} printed, {stored} stored jobs");
    assert!(paid >= completed, "{completed} completed, {paid} payments");
    let mut unpaid = Vec::new();
    for key in keys {
        let query = "SELECT count(*) FROM payment WHERE key = ?";
        let halves: i64 = sqlx::query_scalar(query).bind(key).fetch_one(db.read()).await.unwrap();
        if halves != 2 {
            unpaid.push(key);
        }
    }
    // A job is dead if its process was killed in each of five attempts.
    let lost = i64::try_from(unpaid.len()).unwrap();
    assert!(lost <= dead, "lost payments: {unpaid:?}");
    let doubled: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".twice"))
        .collect();
    let some: Vec<_> = doubled.iter().take(5).collect();
    assert!(doubled.is_empty(), "{} jobs ran twice at the same time: {some:?}, ..", doubled.len());
    println!(
        "{printed} jobs enqueued, {completed} payments completed, {retried} jobs retried, {dead} \
         dead: no payment is lost or incomplete, no job ran twice at the same time"
    );
}

//! Tests of several processes that migrate the same database at the same time.

use std::process::{Command, Stdio};

use tokio::sync::mpsc;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use super::*;

/// Migrations that would fail, or change the result, if they ran twice.
const FILES: [(&str, &str); 4] = [
    TABLE,
    ("2_once.sql", "CREATE TABLE u (x); INSERT INTO t VALUES ('once')"),
    (
        "3_long.sql",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) \
         INSERT INTO t SELECT 'long' FROM n WHERE i = 200000",
    ),
    ("4_last.sql", "INSERT INTO t VALUES ('last')"),
];

#[track_caller]
fn check_each_applied_once(mut applied: Vec<String>) {
    applied.sort();
    assert_eq!(applied, FILES.map(|(name, _)| name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_handles_apply_each_file_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let db = on(&directory).await;
        runs.spawn(async move { run(&db, &FILES).await.unwrap() });
    }
    let applied = runs.join_all().await;
    assert!(applied.iter().all(|applied| applied.last == 4));
    check_each_applied_once(applied.into_iter().flat_map(|applied| applied.files).collect());
    let db = on(&directory).await;
    assert_eq!(column(&db, "SELECT x FROM t").await, ["once", "long", "last"]);
    assert_eq!(last(&db).await, [4]);
}

/// Environment variable that tells a child process the directory of the database.
const PROCESS: &str = "RALLY_TEST_MIGRATES";

#[test]
fn several_processes_apply_each_file_once() {
    let directory = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let this = "db::migrate::tests::processes::one_of_several_processes";
        command.args([this, "--exact", "--nocapture"]).env(PROCESS, directory.path());
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let processes: Vec<_> = (0..3).map(|_| start()).collect();
    let mut applied = Vec::new();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success());
        let output = String::from_utf8(output.stdout).unwrap();
        let lines = output.lines().filter_map(|line| line.rsplit_once("applied: "));
        applied.extend(lines.map(|(_, name)| name.to_owned()));
    }
    check_each_applied_once(applied);
}

/// Runs in the child processes of the previous test, and otherwise does nothing.
#[tokio::test]
async fn one_of_several_processes() {
    let Some(directory) = std::env::var_os(PROCESS) else { return };
    let db = Db::open(Path::new(&directory).join("test.db")).await.unwrap();
    for name in run(&db, &FILES).await.unwrap().files {
        println!("applied: {name}");
    }
}

struct Log(mpsc::UnboundedSender<String>);

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        struct LogVisitor<'l>(&'l Log);
        impl Visit for LogVisitor<'_> {
            fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
                if field.name() == "message" {
                    self.0.0.send(format!("{value:?}")).ok();
                }
            }
        }
        event.record(&mut LogVisitor(self));
    }
}

#[tokio::test]
async fn a_wait_for_another_process_is_logged() {
    let directory = tempfile::tempdir().unwrap();
    let (db, other) = (on(&directory).await, on(&directory).await);
    let (log, mut logged) = mpsc::unbounded_channel();
    // A second subscriber prevents a cache of tracing. With only one subscriber, the first
    // thread that reaches a log line decides for all threads if the line is logged, and the
    // threads of other tests have no subscriber.
    let _another = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = tracing::subscriber::set_default(tracing_subscriber::registry().with(Log(log)));
    let mut tx = other.begin().await.unwrap();
    let other_goes_on = async {
        let waits = "waiting for another process that is writing to the database";
        while logged.recv().await.unwrap() != waits {}
        sqlx::raw_sql("CREATE TABLE other (x)").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    let (applied, ()) = tokio::join!(run(&db, &[TABLE]), other_goes_on);
    assert_eq!(applied.unwrap().files, ["1_table.sql"]);
    drop(log);
    assert_eq!(schema(&db).await, ["applied_migrations", "other", "schema_migrations", "t"]);
    assert_eq!(logged.recv().await.unwrap(), "applying the migration 1_table.sql");
    let took = logged.recv().await.unwrap();
    let begins = "applied the migration 1_table.sql in ";
    assert!(took.starts_with(begins) && took.ends_with(" ms"), "{took}");
}

//! Tests of migrations, on databases in files and in memory.

mod failures;
mod foreign_keys;
mod processes;
mod transactions;

use std::time::SystemTime;

use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::*;
use crate::db::DbOptions;

const TABLE: (&str, &str) = ("1_table.sql", "CREATE TABLE t (x TEXT NOT NULL);");

fn migrations(files: &[(&str, &str)]) -> Migrations {
    let files = files.iter().map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
    Migrations(MigrationSource::Read(files.collect()))
}

async fn on(directory: &TempDir) -> Db {
    DbOptions::new(directory.path().join("test.db")).paused_clock().open().await.unwrap()
}

async fn databases() -> ([Db; 2], TempDir) {
    let directory = tempfile::tempdir().unwrap();
    ([on(&directory).await, DbOptions::in_memory().open().await.unwrap()], directory)
}

#[track_caller]
fn run<'d>(
    db: &'d Db,
    files: &[(&str, &str)],
) -> impl Future<Output = Result<Applied, MigrationError>> + use<'d> {
    let (migrations, at) = (migrations(files), Location::caller());
    async move { migrations.run_at(db, at).await }
}

async fn write(db: &Db, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db.write()).await.unwrap();
}

async fn column(db: &Db, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(db.read()).await.unwrap()
}

async fn last(db: &Db) -> Vec<i64> {
    let query = sqlx::query_scalar("SELECT last_migration FROM schema_migrations");
    query.fetch_all(db.read()).await.unwrap()
}

async fn schema(db: &Db) -> Vec<String> {
    column(db, "SELECT name FROM sqlite_schema ORDER BY name").await
}

#[tokio::test]
async fn a_new_database_has_version_0() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let applied = run(&db, &[]).await.unwrap();
        assert_eq!(applied, Applied { files: vec![], last: 0 });
        assert_eq!(schema(&db).await, ["applied_migrations", "schema_migrations"]);
        let columns = "SELECT name || ' ' || type || ' ' || \"notnull\" \
                       FROM pragma_table_info('schema_migrations')";
        assert_eq!(column(&db, columns).await, ["last_migration INTEGER 1"]);
        assert_eq!(last(&db).await, [0]);
        write(&db, "DELETE FROM schema_migrations").await;
        run(&db, &[]).await.unwrap();
        assert_eq!(last(&db).await, [0]);
    }
}

#[tokio::test]
async fn files_are_applied_in_the_order_of_their_numbers() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let files = [
            ("10_c.sql", "INSERT INTO t VALUES ('c');"),
            ("009_b.sql", "INSERT INTO t VALUES ('b'); INSERT INTO t VALUES ('and more')"),
            TABLE,
            ("20260731120000_d.sql", "-- Nothing but a comment."),
        ];
        let applied = run(&db, &files).await.unwrap();
        let names = ["1_table.sql", "009_b.sql", "10_c.sql", "20260731120000_d.sql"];
        assert_eq!(applied.files, names);
        assert_eq!(applied.last, 20_260_731_120_000);
        assert_eq!(last(&db).await, [applied.last]);
        assert_eq!(column(&db, "SELECT x FROM t").await, ["b", "and more", "c"]);
    }
}

#[tokio::test]
async fn a_second_run_applies_nothing() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let files = [TABLE, ("2_row.sql", "INSERT INTO t VALUES ('once')")];
        assert_eq!(run(&db, &files).await.unwrap().files.len(), 2);
        assert_eq!(run(&db, &files).await.unwrap(), Applied { files: vec![], last: 2 });
        assert_eq!(column(&db, "SELECT x FROM t").await, ["once"]);
        let more = [files[0], files[1], ("3_row.sql", "INSERT INTO t VALUES ('later')")];
        assert_eq!(run(&db, &more).await.unwrap().files, ["3_row.sql"]);
        assert_eq!(column(&db, "SELECT x FROM t").await, ["once", "later"]);
    }
}

#[tokio::test(start_paused = true)]
async fn applied_files_are_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    let now = db.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    run(&db, &[TABLE]).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(100)).await;
    run(&db, &[TABLE, ("2_b.sql", "")]).await.unwrap();
    let noted = "SELECT number || ' ' || name || ' ' || checksum || ' ' || applied_at \
                 FROM applied_migrations ORDER BY number";
    let expected = [
        format!("1 1_table.sql eb219e5a21949ffc {now}"),
        format!("2 2_b.sql cbf29ce484222325 {}", now + 100),
    ];
    assert_eq!(column(&db, noted).await, expected);
}

/// A connection setting or a temporary table of one migration must not affect the next
/// migration.
#[tokio::test]
async fn every_file_has_its_own_connection() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let files = [
            ("1_a.sql", "CREATE TEMP TABLE t (x); PRAGMA case_sensitive_like = ON;"),
            ("2_b.sql", "CREATE TABLE t AS SELECT CAST('a' LIKE 'A' AS TEXT) AS x;"),
        ];
        run(&db, &files).await.unwrap();
        assert_eq!(column(&db, "SELECT x FROM t").await, ["1"]);
    }
}

/// The statements that the connection has prepared before the run must not return old
/// content.
#[tokio::test]
async fn a_database_in_memory_keeps_its_content() {
    let db = DbOptions::in_memory().open().await.unwrap();
    write(&db, "CREATE TABLE t (x TEXT NOT NULL); INSERT INTO t VALUES ('before')").await;
    assert_eq!(column(&db, "SELECT x FROM t").await, ["before"]);
    run(&db, &[("1_a.sql", "INSERT INTO t VALUES ('after')")]).await.unwrap();
    assert_eq!(column(&db, "SELECT x FROM t").await, ["before", "after"]);
    write(&db, "INSERT INTO t VALUES ('later')").await;
    assert_eq!(column(&db, "SELECT x FROM t").await.len(), 3);
    assert_eq!(column(&db, "SELECT foreign_keys || '' FROM pragma_foreign_keys").await, ["1"]);
}

#[tokio::test]
async fn a_dropped_run_has_applied_only_whole_files() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let files = [
            ("1_a.sql", "CREATE TABLE t (x); INSERT INTO t VALUES ('a'); CREATE TABLE u (x);"),
            ("2_b.sql", "INSERT INTO t VALUES ('b'); INSERT INTO u VALUES ('b');"),
        ];
        for polls in 0.. {
            let mut remaining = polls;
            let run = run(&db, &files);
            let mut run = std::pin::pin!(run);
            let done = std::future::poll_fn(|cx| match (run.as_mut().poll(cx), remaining) {
                (std::task::Poll::Ready(done), _) => std::task::Poll::Ready(Some(done)),
                (std::task::Poll::Pending, 0) => std::task::Poll::Ready(None),
                (std::task::Poll::Pending, _) => {
                    remaining -= 1;
                    std::task::Poll::Pending
                }
            });
            if let Some(done) = done.await {
                assert_eq!(done.unwrap().last, 2);
                break;
            }
        }
        assert_eq!(column(&db, "SELECT x FROM t").await, ["a", "b"]);
        assert_eq!(column(&db, "SELECT x FROM u").await, ["b"]);
    }
}

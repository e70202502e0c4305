//! Tests of databases in files and in memory.

use std::path::Path;

use super::*;

async fn on(directory: &tempfile::TempDir) -> Db {
    DbOptions::new(directory.path().join("test.db")).paused_clock().open().await.unwrap()
}

#[tokio::test]
async fn every_connection_has_the_same_options() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    let expected = [
        ("journal_mode FROM pragma_journal_mode", "wal"),
        ("foreign_keys FROM pragma_foreign_keys", "1"),
        ("synchronous FROM pragma_synchronous", "1"),
        ("timeout FROM pragma_busy_timeout", "5000"),
    ];
    for (pragma, value) in expected {
        let query = || {
            let sql = sqlx::AssertSqlSafe(format!(
                "SELECT CAST({}",
                pragma.replacen(' ', " AS TEXT) ", 1)
            ));
            sqlx::query_scalar::<_, String>(sql)
        };
        assert_eq!(query().fetch_one(db.write()).await.unwrap(), value, "{pragma}");
        assert_eq!(query().fetch_one(db.read()).await.unwrap(), value, "{pragma}");
    }
}

#[tokio::test]
async fn a_reader_refuses_changes() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    check_reader_refuses_changes(&db).await;
}

/// A query that passes a test with a database in memory must also work on a file.
#[tokio::test(start_paused = true)]
async fn a_reader_of_a_database_in_memory_refuses_changes() {
    let db = DbOptions::in_memory().paused_clock().open().await.unwrap();
    check_reader_refuses_changes(&db).await;
}

async fn check_reader_refuses_changes(db: &Db) {
    sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
    let insert = || sqlx::query("INSERT INTO t VALUES (1) RETURNING x");
    let failures = [
        insert().execute(db.read()).await.map(drop),
        insert().fetch_all(db.read()).await.map(drop),
        insert().fetch_optional(db.read()).await.map(drop),
    ];
    for failure in failures {
        let expected = "this query changes the database, and `db.read()` is read-only: run it on \
                        `db.write()` or on a transaction";
        assert_eq!(failure.unwrap_err().to_string(), expected);
    }
    insert().execute(db.write()).await.unwrap();
    assert_eq!(sqlx::query("SELECT x FROM t").fetch_all(db.read()).await.unwrap().len(), 1);
    let mut tx = db.begin().await.unwrap();
    insert().execute(&mut tx).await.unwrap();
}

#[tokio::test]
async fn a_query_outside_the_open_transaction_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    query_tracker::scope(async {
        let tx = db.begin().await.unwrap();
        let line = line!() - 1;
        let expected = format!(
            "the transaction begun at {}:{line}:21 is still open: run the query on that \
             transaction, as in `.execute(&mut tx)`, or end the transaction first",
            file!()
        );
        let failures = [
            sqlx::query("SELECT 1").execute(db.read()).await.unwrap_err(),
            sqlx::query("SELECT 1").fetch_optional(db.read()).await.map(drop).unwrap_err(),
            sqlx::query("SELECT 1").execute(db.write()).await.unwrap_err(),
            sqlx::query("SELECT 1").fetch_optional(db.write()).await.map(drop).unwrap_err(),
            db.begin().await.map(drop).unwrap_err(),
        ];
        for failure in failures {
            assert_eq!(failure.to_string(), expected);
        }
        drop(tx);
        sqlx::query("SELECT 1").execute(db.read()).await.unwrap();
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_the_open_transaction() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    let tx = db.begin().await.unwrap();
    let line = line!() - 1;
    let begun = Instant::now();
    let error = sqlx::query("SELECT 1").execute(db.write()).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 5);
    let expected = format!(
        "timed out after 5 s while waiting to write to the database: the query or transaction \
         begun at {}:{line}:17 has not ended",
        file!()
    );
    assert!(error.to_string().contains(&expected), "{error}");
    drop(tx);
    sqlx::query("SELECT 1").execute(db.write()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_advance_while_a_query_runs() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    let begun = (Instant::now(), db.now());
    let slow = "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
                SELECT count(*) FROM n";
    let hour = Duration::from_secs(3600);
    tokio::select! {
        biased;
        () = tokio::time::sleep(hour) => panic!("the clock must not advance during a query"),
        count = sqlx::query_scalar::<_, i64>(slow).fetch_one(db.read()) => {
            assert_eq!(count.unwrap(), 100_000);
        }
    }
    tokio::select! {
        biased;
        () = tokio::time::sleep(hour) => panic!("the clock must not advance during a query"),
        count = sqlx::query_scalar::<_, i64>(slow).fetch_one(db.write()) => drop(count.unwrap()),
    }
    let mut tx = db.begin().await.unwrap();
    sqlx::query(slow).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(begun, (Instant::now(), db.now()));
    tokio::time::advance(hour).await;
    assert_eq!(db.now().duration_since(begun.1).unwrap(), hour);
}

#[tokio::test]
async fn queries_are_measured() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    let ((), timing) = measure(async {
        let mut tx = db.begin().await.unwrap();
        sqlx::query("CREATE TABLE t (x)").execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        sqlx::query("SELECT * FROM t").fetch_all(db.read()).await.unwrap();
        sqlx::query("SELECT * FROM t").fetch_optional(db.read()).await.unwrap();
        sqlx::query("DELETE FROM t").execute(db.write()).await.unwrap();
    })
    .await;
    assert_eq!(timing.queries, 6);
    assert!(timing.time > Duration::ZERO);
}

#[tokio::test]
async fn queries_work_again_after_a_full_disk() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    sqlx::query("CREATE TABLE t (x BLOB)").execute(db.write()).await.unwrap();
    let limit = |pages: u32| sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
    sqlx::query(limit(8)).execute(db.write()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let large = "INSERT INTO t VALUES (zeroblob(100000))";
    let error = sqlx::query(large).execute(&mut tx).await.unwrap_err();
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    drop(tx);
    let error = sqlx::query(large).execute(db.write()).await.unwrap_err();
    assert!(error.to_string().contains("database or disk is full"), "{error}");
    sqlx::query(limit(1000)).execute(db.write()).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sqlx::query(large).execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(db.read()).await;
    assert_eq!(count.ok(), Some(1_i64));
}

#[tokio::test]
async fn a_query_waits_for_another_process_that_writes() {
    let directory = tempfile::tempdir().unwrap();
    let (db, another) = (on(&directory).await, on(&directory).await);
    sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
    let mut tx = another.begin().await.unwrap();
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { sqlx::query("INSERT INTO t VALUES (2)").execute(db.write()).await }
    });
    sqlx::query("INSERT INTO t VALUES (1)").execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    waiting.await.unwrap().unwrap();
    let stored = sqlx::query_scalar::<_, i64>("SELECT x FROM t").fetch_all(db.read()).await;
    assert_eq!(stored.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_closed_database_leaves_no_log_file() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
    sqlx::query("SELECT * FROM t").execute(db.read()).await.unwrap();
    let log = directory.path().join("test.db-wal");
    assert!(log.exists());
    db.close().await;
    assert!(!log.exists());
}

/// If the transaction stayed open, its rollback would also undo the next query.
#[tokio::test]
async fn a_script_that_fails_leaves_no_transaction_open() {
    let db = DbOptions::in_memory().open().await.unwrap();
    sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
    let script = sqlx::raw_sql("BEGIN; INSERT INTO t VALUES (1); nonsense; COMMIT");
    script.execute(db.write()).await.unwrap_err();
    sqlx::query("INSERT INTO t VALUES (2)").execute(db.write()).await.unwrap();
    drop(db.begin().await.unwrap());
    let query = sqlx::query_scalar::<_, i64>("SELECT x FROM t");
    assert_eq!(query.fetch_all(db.read()).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_transaction_does_not_block_another_database() {
    let [one, other] = [DbOptions::in_memory(), DbOptions::in_memory()];
    let (one, other) = (one.open().await.unwrap(), other.open().await.unwrap());
    query_tracker::scope(async {
        let tx = one.begin().await.unwrap();
        sqlx::query("CREATE TABLE t (x)").execute(other.write()).await.unwrap();
        sqlx::query("SELECT x FROM t").execute(other.read()).await.unwrap();
        let inside = other.begin().await.unwrap();
        for db in [&one, &other] {
            let error = sqlx::query("SELECT 1").execute(db.read()).await.unwrap_err();
            assert!(error.to_string().contains(" is still open: run the query on that"), "{error}");
        }
        drop(tx);
        sqlx::query("SELECT 1").execute(one.read()).await.unwrap();
        sqlx::query("SELECT 1").execute(other.read()).await.unwrap_err();
        drop(inside);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_measured_future_shares_the_open_transactions() {
    let db = DbOptions::in_memory().open().await.unwrap();
    let is_refused = async || {
        let error = sqlx::query("SELECT 1").execute(db.read()).await.unwrap_err();
        assert!(error.to_string().contains(" is still open: run the query on that"), "{error}");
    };
    query_tracker::scope(async {
        let tx = db.begin().await.unwrap();
        measure(is_refused()).await;
        drop(tx);
        let (tx, _) = measure(db.begin()).await;
        is_refused().await;
        drop(tx);
    })
    .await;
}

#[tokio::test]
async fn a_missing_directory_is_named_in_the_error() {
    let directory = tempfile::tempdir().unwrap();
    let error = Db::open(directory.path().join("no/such.db")).await.unwrap_err().to_string();
    assert!(error.contains("such.db`: create the directory `"), "{error}");
}

#[tokio::test]
async fn a_path_that_is_not_a_database_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text");
    std::fs::write(&text, "It is no database.").unwrap();
    let files = [
        (directory.path(), "the path is a directory: pass the path of a file"),
        (&text, "the file is not a SQLite database: pass the path of another file"),
        (
            Path::new("/proc/test.db"),
            "unable to open database file: allow this process to write to the file and its \
             directory",
        ),
    ];
    for (file, reason) in files {
        let error = Db::open(file).await.unwrap_err().to_string();
        let expected = format!("cannot open the database `{}`: {reason}", file.display());
        assert_eq!(error, expected);
    }
}

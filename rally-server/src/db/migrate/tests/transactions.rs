//! Tests of migrations that begin or end transactions.

use super::*;

const ROW: (&str, &str) = ("2_row.sql", "INSERT INTO t VALUES ('kept')");

#[track_caller]
fn check_rolled_back(
    sql: &'static str,
    is_expected: fn(&MigrationError) -> bool,
) -> impl Future<Output = ()> {
    let at = Location::caller();
    async move {
        let (databases, _directory) = databases().await;
        for db in databases {
            run(&db, &[TABLE, ROW]).await.unwrap();
            let before = schema(&db).await;
            let error = run(&db, &[TABLE, ROW, ("3_wrong.sql", sql)]).await.unwrap_err();
            assert!(is_expected(&error), "{at}: {db:?}: {error:?}");
            assert!(error.to_string().contains("`3_wrong.sql`"), "{at}: {error}");
            assert_eq!(schema(&db).await, before, "{at}: {db:?}");
            assert_eq!(column(&db, "SELECT x FROM t").await, ["kept"], "{at}: {db:?}");
            assert_eq!(last(&db).await, [2], "{at}: {db:?}");
            let row = ("3_row.sql", "INSERT INTO t VALUES ('later')");
            run(&db, &[TABLE, ROW, row]).await.unwrap();
            assert_eq!(column(&db, "SELECT x FROM t").await, ["kept", "later"]);
        }
    }
}

fn ends(error: &MigrationError) -> bool {
    let text = "`3_wrong.sql` begins or ends a transaction, but each file already runs in a \
                transaction. The file was rolled back: remove BEGIN, COMMIT, END and ROLLBACK from \
                the file. A statement that cannot run in a transaction, such as VACUUM, cannot be \
                part of a migration";
    matches!(error, MigrationError::EndsItsTransaction { .. }) && error.to_string() == text
}

fn fails(error: &MigrationError) -> bool {
    matches!(error, MigrationError::MigrationFailed { .. })
}

#[tokio::test]
async fn a_file_that_commits_is_rolled_back() {
    check_rolled_back("COMMIT", ends).await;
    check_rolled_back("COMMIT; CREATE TABLE u (x);", ends).await;
    check_rolled_back("CREATE TABLE u (x); COMMIT; INSERT INTO u VALUES (1);", ends).await;
    check_rolled_back("CREATE TABLE u (x); DELETE FROM t; commit transaction;", ends).await;
    check_rolled_back("CREATE TABLE u (x); END; CREATE TABLE v (x);", ends).await;
    check_rolled_back("DELETE FROM t; /* a */ END -- b\n TRANSACTION", ends).await;
    check_rolled_back("COMMIT; BEGIN; CREATE TABLE u (x);", ends).await;
}

#[tokio::test]
async fn a_file_that_rolls_back_is_an_error() {
    check_rolled_back("ROLLBACK", ends).await;
    check_rolled_back("ROLLBACK; CREATE TABLE u (x);", ends).await;
    check_rolled_back("CREATE TABLE u (x); ROLLBACK; DELETE FROM t;", ends).await;
    check_rolled_back("CREATE TABLE u (x); DELETE FROM t; rollback transaction;", ends).await;
    check_rolled_back("CREATE TABLE u (x); ROLLBACK; INSERT INTO u VALUES (1);", ends).await;
    check_rolled_back("ROLLBACK; ROLLBACK;", ends).await;
    check_rolled_back("ROLLBACK; SELECT * FROM t;", ends).await;
}

#[tokio::test]
async fn a_file_that_rolls_back_and_begins_again_is_an_error() {
    check_rolled_back("ROLLBACK; BEGIN; DELETE FROM t;", ends).await;
    check_rolled_back("ROLLBACK; BEGIN; DELETE FROM t; COMMIT;", ends).await;
    check_rolled_back("ROLLBACK; BEGIN IMMEDIATE; CREATE TABLE u (x); COMMIT; BEGIN;", ends).await;
    check_rolled_back("ROLLBACK; SAVEPOINT a; DELETE FROM t; RELEASE a;", ends).await;
    check_rolled_back("ROLLBACK; SAVEPOINT a; DELETE FROM t;", ends).await;
    check_rolled_back("ROLLBACK; PRAGMA foreign_keys = ON; BEGIN; DELETE FROM t;", ends).await;
    check_rolled_back("ROLLBACK; PRAGMA user_version = 7;", ends).await;
}

#[tokio::test]
async fn a_file_that_begins_a_transaction_is_rolled_back() {
    check_rolled_back("BEGIN; CREATE TABLE u (x); COMMIT;", ends).await;
    check_rolled_back("CREATE TABLE u (x); BEGIN IMMEDIATE;", ends).await;
    check_rolled_back("CREATE TABLE u (x); VACUUM;", ends).await;
}

#[tokio::test]
async fn a_rollback_by_sqlite_reports_sqlites_error() {
    check_rolled_back("INSERT OR ROLLBACK INTO t VALUES (NULL);", fails).await;
    let raise = "CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END; \
                 DELETE FROM t;";
    check_rolled_back(raise, fails).await;
}

#[tokio::test]
async fn begin_and_end_of_a_trigger_are_allowed() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let trigger = "CREATE TABLE log (x TEXT);
            CREATE TRIGGER logged AFTER INSERT ON t BEGIN
                INSERT INTO log VALUES (CASE WHEN new.x = 'COMMIT;' THEN 'a' ELSE 'b' END);
                -- COMMIT;
                DELETE FROM log WHERE x = 'END;';
            END;
            INSERT INTO t VALUES ('COMMIT;');";
        run(&db, &[TABLE, ("2_trigger.sql", trigger)]).await.unwrap();
        assert_eq!(column(&db, "SELECT x FROM log").await, ["a"]);
    }
}

#[tokio::test]
async fn savepoints_are_allowed() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let savepoints = "SAVEPOINT a; INSERT INTO t VALUES ('undone'); ROLLBACK TO a; RELEASE a;
            SAVEPOINT b; INSERT INTO t VALUES ('kept'); RELEASE b;
            SAVEPOINT left_open; INSERT INTO t VALUES ('kept, too');";
        run(&db, &[TABLE, ("2_savepoints.sql", savepoints)]).await.unwrap();
        assert_eq!(column(&db, "SELECT x FROM t").await, ["kept", "kept, too"]);
        assert_eq!(last(&db).await, [2]);
    }
}

//! Files that begin or end transactions.

use super::*;

const ROW: (&str, &str) = ("2_row.sql", "INSERT INTO t VALUES ('kept')");

/// The file is undone as a whole, and the database goes on.
#[track_caller]
fn check_undone(
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
    let text = "`3_wrong.sql` runs within a transaction and has to leave it open, and nothing of \
                it was done: remove its BEGIN, COMMIT, END and ROLLBACK. What only goes outside of \
                a transaction is no migration";
    matches!(error, MigrationError::EndsItsTransaction { .. }) && error.to_string() == text
}

fn fails(error: &MigrationError) -> bool {
    matches!(error, MigrationError::MigrationFailed { .. })
}

#[tokio::test]
async fn a_file_that_commits() {
    check_undone("COMMIT", ends).await;
    check_undone("COMMIT; CREATE TABLE u (x);", ends).await;
    check_undone("CREATE TABLE u (x); COMMIT; INSERT INTO u VALUES (1);", ends).await;
    check_undone("CREATE TABLE u (x); DELETE FROM t; commit transaction;", ends).await;
    check_undone("CREATE TABLE u (x); END; CREATE TABLE v (x);", ends).await;
    check_undone("DELETE FROM t; /* a */ END -- b\n TRANSACTION", ends).await;
    check_undone("COMMIT; BEGIN; CREATE TABLE u (x);", ends).await;
}

#[tokio::test]
async fn a_file_that_rolls_back() {
    check_undone("ROLLBACK", ends).await;
    check_undone("ROLLBACK; CREATE TABLE u (x);", ends).await;
    check_undone("CREATE TABLE u (x); ROLLBACK; DELETE FROM t;", ends).await;
    check_undone("CREATE TABLE u (x); DELETE FROM t; rollback transaction;", ends).await;
    check_undone("CREATE TABLE u (x); ROLLBACK; INSERT INTO u VALUES (1);", ends).await;
    check_undone("ROLLBACK; ROLLBACK;", ends).await;
    check_undone("ROLLBACK; SELECT * FROM t;", ends).await;
}

#[tokio::test]
async fn a_file_that_rolls_back_and_begins_anew() {
    check_undone("ROLLBACK; BEGIN; DELETE FROM t;", ends).await;
    check_undone("ROLLBACK; BEGIN; DELETE FROM t; COMMIT;", ends).await;
    check_undone("ROLLBACK; BEGIN IMMEDIATE; CREATE TABLE u (x); COMMIT; BEGIN;", ends).await;
    check_undone("ROLLBACK; SAVEPOINT a; DELETE FROM t; RELEASE a;", ends).await;
    check_undone("ROLLBACK; SAVEPOINT a; DELETE FROM t;", ends).await;
    check_undone("ROLLBACK; PRAGMA foreign_keys = ON; BEGIN; DELETE FROM t;", ends).await;
    check_undone("ROLLBACK; PRAGMA user_version = 7;", ends).await;
}

#[tokio::test]
async fn a_file_that_begins() {
    check_undone("BEGIN; CREATE TABLE u (x); COMMIT;", ends).await;
    check_undone("CREATE TABLE u (x); BEGIN IMMEDIATE;", ends).await;
    check_undone("CREATE TABLE u (x); VACUUM;", ends).await;
}

/// There SQLite says best what is wrong.
#[tokio::test]
async fn a_statement_that_has_sqlite_give_up_the_transaction() {
    check_undone("INSERT OR ROLLBACK INTO t VALUES (NULL);", fails).await;
    let raise = "CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END; \
                 DELETE FROM t;";
    check_undone(raise, fails).await;
}

#[tokio::test]
async fn the_begin_and_end_of_a_trigger_are_none_of_a_transaction() {
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
async fn savepoints_are_a_files_own_business() {
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

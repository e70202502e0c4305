//! Tests of the errors of migrations, and of their texts.

use std::fs;

use super::*;
use crate::telemetry::query_tracker;

#[tokio::test]
async fn only_the_failed_file_is_rolled_back() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let row = ("2_row.sql", "INSERT INTO t VALUES ('kept')");
        let wrong = "INSERT INTO t VALUES ('undone'); CREATE TABLE u (x); INSERT INTO t VALEUS (1)";
        let later = ("4_later.sql", "INSERT INTO t VALUES ('later')");
        let error = run(&db, &[TABLE, row, ("3_wrong.sql", wrong), later]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "statement 3 of `3_wrong.sql` failed: error returned from database: (code: 1) near \
             \"VALEUS\": syntax error. The file was rolled back: fix the file, and start the app \
             again"
        );
        assert_eq!(column(&db, "SELECT x FROM t").await, ["kept"]);
        assert_eq!(last(&db).await, [2]);
        let right = ("3_right.sql", "INSERT INTO t VALUES ('right')");
        let applied = run(&db, &[TABLE, row, right, later]).await.unwrap();
        assert_eq!(applied.files, ["3_right.sql", "4_later.sql"]);
        assert_eq!(column(&db, "SELECT x FROM t").await, ["kept", "right", "later"]);
    }
}

#[tokio::test]
async fn the_record_is_created_even_if_the_first_file_fails() {
    let (databases, _directory) = databases().await;
    for db in databases {
        run(&db, &[("1_a.sql", "CREATE TABLE t (x); SELECT no FROM t;")]).await.unwrap_err();
        assert_eq!(last(&db).await, [0]);
        assert_eq!(schema(&db).await, ["applied_migrations", "schema_migrations"]);
    }
}

#[tokio::test]
async fn an_invalid_name_is_refused_before_anything_runs() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let error = run(&db, &[TABLE, ("table.sql", "")]).await.unwrap_err();
        assert!(
            matches!(&error, MigrationError::FilenameParseFailed(names) if *names == ["table.sql"])
        );
        assert!(schema(&db).await.is_empty());
        run(&db, &[TABLE]).await.unwrap();
        let again = [("table.sql", TABLE.1), ("2_row.sql", "INSERT INTO t VALUES ('a')")];
        let error = run(&db, &again).await.unwrap_err();
        assert!(matches!(error, MigrationError::FilenameParseFailed(_)));
        assert!(column(&db, "SELECT x FROM t").await.is_empty());
    }
}

#[tokio::test]
async fn a_duplicate_number_is_refused_before_anything_runs() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let error = run(&db, &[TABLE, ("2_a.sql", ""), ("02_b.sql", "")]).await.unwrap_err();
        assert!(matches!(error, MigrationError::DuplicateNumber(_)));
        assert!(schema(&db).await.is_empty());
    }
}

#[tokio::test]
async fn late_changed_and_missing_files_are_refused_before_anything_runs() {
    let (databases, _directory) = databases().await;
    for db in databases {
        let (b, c) = (("2_b.sql", "SELECT 2"), ("5_c.sql", "SELECT 5"));
        run(&db, &[TABLE, b, c]).await.unwrap();
        let new = ("6_new.sql", "INSERT INTO t VALUES ('no')");
        let error = run(&db, &[TABLE, b, ("3_late.sql", ""), c, new]).await.unwrap_err();
        assert!(matches!(error, MigrationError::Late { last: 5, .. }), "{error}");
        let error = run(&db, &[TABLE, ("2_b.sql", "SELECT 3"), c, new]).await.unwrap_err();
        let MigrationError::Changed { number: 2, .. } = &error else { panic!("{error}") };
        // The SQL statement that the error suggests must be valid.
        let message = error.to_string();
        let (_, help) = message.split_once("run this SQL instead: ").unwrap();
        let mut tx = db.begin().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(help)).execute(&mut tx).await.unwrap();
        tx.rollback().await.unwrap();
        let error = run(&db, &[TABLE, c, new]).await.unwrap_err();
        assert!(matches!(error, MigrationError::Missing { is_newer: false, .. }), "{error}");
        let error = run(&db, &[TABLE, b]).await.unwrap_err();
        assert!(matches!(error, MigrationError::Missing { is_newer: true, .. }), "{error}");
        assert!(column(&db, "SELECT x FROM t").await.is_empty());
        assert_eq!(last(&db).await, [5]);
        write(&db, "DELETE FROM applied_migrations WHERE number = 2").await;
        run(&db, &[TABLE, c, new]).await.unwrap();
    }
}

#[tokio::test]
async fn a_database_of_another_program_is_adopted() {
    let (databases, _directory) = databases().await;
    for db in databases {
        write(&db, TABLE.1).await;
        write(&db, "CREATE TABLE schema_migrations (last_migration INTEGER NOT NULL)").await;
        write(&db, "INSERT INTO schema_migrations VALUES (2)").await;
        let files = [TABLE, ("2_b.sql", ""), ("3_c.sql", "INSERT INTO t VALUES ('c')")];
        assert_eq!(run(&db, &files).await.unwrap().files, ["3_c.sql"]);
        let error = run(&db, &[TABLE, ("2_b.sql", "SELECT 1"), files[2]]).await.unwrap_err();
        assert!(matches!(error, MigrationError::Changed { .. }));
    }
}

#[tokio::test]
async fn more_than_one_version_is_an_error() {
    let (databases, _directory) = databases().await;
    for db in databases {
        run(&db, &[TABLE]).await.unwrap();
        write(&db, "INSERT INTO schema_migrations VALUES (7), (8)").await;
        let error = run(&db, &[TABLE, ("9_b.sql", "DROP TABLE t")]).await.unwrap_err();
        assert!(matches!(error, MigrationError::SchemaTableCorrupted(3)));
        assert_eq!(
            error.to_string(),
            "the table `schema_migrations` has 3 rows instead of one: the table must have one row, \
             with the number of the last applied file"
        );
        assert_eq!(schema(&db).await.len(), 3);
    }
}

#[track_caller]
fn check(
    before: &'static str,
    file: &'static str,
    is_expected: fn(&MigrationError) -> bool,
    message: &'static str,
) -> impl Future<Output = ()> {
    let at = Location::caller();
    async move {
        let (databases, _directory) = databases().await;
        for db in databases {
            write(&db, before).await;
            let schema_before = schema(&db).await;
            let error = run(&db, &[("1_a.sql", file)]).await.unwrap_err();
            assert!(is_expected(&error), "{at}: {error:?}");
            assert!(error.to_string().starts_with(message), "{at}: {error}");
            assert_eq!(std::error::Error::source(&error).is_some(), message.contains("error"));
            let created = schema(&db).await.len() - schema_before.len();
            assert!([0, 2].contains(&created), "{at}");
        }
    }
}

#[tokio::test]
async fn an_error_while_creating_the_tables_is_reported() {
    check(
        "CREATE TABLE u (x); CREATE INDEX applied_migrations ON u (x);",
        "CREATE TABLE t (x);",
        |error| matches!(error, MigrationError::TableCreateFailed(_)),
        "cannot create the tables `schema_migrations` and `applied_migrations`: error returned \
         from database: (code: 1) there is already an index named applied_migrations. The database",
    )
    .await;
}

#[tokio::test]
async fn an_error_while_reading_the_tables_is_reported() {
    check(
        "CREATE TABLE schema_migrations (version TEXT NOT NULL)",
        "CREATE TABLE t (x);",
        |error| matches!(error, MigrationError::VersionQueryFailed(_)),
        "cannot read the applied migrations: error returned from database: (code: 1) no such \
         column: last_migration. If another program has created",
    )
    .await;
    check(
        "CREATE TABLE applied_migrations (number INTEGER)",
        "CREATE TABLE t (x);",
        |error| matches!(error, MigrationError::VersionQueryFailed(_)),
        "cannot read the applied migrations: error returned from database: (code: 1) no such \
         column: name",
    )
    .await;
}

#[tokio::test]
async fn an_error_while_writing_the_tables_is_reported() {
    check(
        "CREATE TABLE schema_migrations (last_migration INTEGER NOT NULL, by TEXT NOT NULL)",
        "CREATE TABLE t (x);",
        |error| matches!(error, MigrationError::VersionInitFailed(_)),
        "cannot write to the tables `schema_migrations` and `applied_migrations`: error returned \
         from database: (code: 1299) NOT NULL constraint failed: schema_migrations.by. If another",
    )
    .await;
}

#[tokio::test]
async fn a_file_that_changes_the_record_is_refused() {
    check(
        "",
        "CREATE TABLE t (x); DROP TABLE applied_migrations;",
        |error| matches!(error, MigrationError::VersionUpdateFailed { .. }),
        "cannot record that `1_a.sql` was applied: error returned from database: (code: 1) no \
         such table: applied_migrations. The file was rolled back: a migration must not change the \
         tables",
    )
    .await;
    check(
        "",
        "CREATE TABLE t (x); DELETE FROM schema_migrations;",
        |error| matches!(error, MigrationError::SchemaTableCorrupted(0)),
        "the table `schema_migrations` has 0 rows instead of one",
    )
    .await;
}

/// Without the error, the run would wait for the transaction of its caller.
#[tokio::test]
async fn a_run_during_an_open_transaction_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    query_tracker::scope(async {
        let tx = db.begin().await.unwrap();
        let error = run(&db, &[TABLE]).await.unwrap_err();
        assert!(matches!(error, MigrationError::LockFailed(_)));
        let message = error.to_string();
        let begins = "cannot lock the database to migrate it: the transaction begun at";
        assert!(message.starts_with(begins), "{message}");
        drop(tx);
        run(&db, &[TABLE]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_removed_database_file_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let db = on(&directory).await;
    fs::remove_file(directory.path().join("test.db")).unwrap();
    let error = run(&db, &[TABLE]).await.unwrap_err();
    assert!(matches!(error, MigrationError::ConnectFailed(_)));
    let begins = "cannot connect to the database to migrate it: error returned from database: \
                  (code: 14) unable to open database file";
    assert!(error.to_string().starts_with(begins), "{error}");
}

#[test]
fn only_sql_files_of_a_directory_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    for name in ["README.md", ".1_hidden.sql", "1_a.sql~", "wrong"] {
        fs::write(file(name), [0xff]).unwrap();
    }
    fs::create_dir(file("old.sql")).unwrap();
    fs::write(file("10_b.sql"), "B").unwrap();
    fs::write(file("9_a.SQL"), "A").unwrap();
    let migrations = Migrations::read(directory.path()).unwrap();
    let files = migrations.files().unwrap();
    let files: Vec<_> = files.iter().map(|file| (file.number, file.name, file.sql)).collect();
    assert_eq!(files, [(9, "9_a.SQL", "A"), (10, "10_b.sql", "B")]);
}

#[test]
fn an_unreadable_directory_is_an_error() {
    let error = Migrations::read("/no/such").unwrap_err();
    assert!(matches!(error, MigrationError::DirReadFailed { .. }));
    assert_eq!(
        error.to_string(),
        "cannot read the directory of migrations `/no/such` (No such file or directory (os error \
         2)): create the directory, or embed its files in the program with `rally::migrations!`. A \
         relative path begins at the app's working directory"
    );
}

#[test]
fn a_file_that_is_not_utf8_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("1_a.sql");
    fs::write(&file, [0xff]).unwrap();
    let error = Migrations::read(directory.path()).unwrap_err();
    assert!(matches!(error, MigrationError::FileReadFailed { .. }));
    let expected = format!(
        "cannot read `{}` (stream did not contain valid UTF-8): save the file as UTF-8, and allow \
         this process to read it",
        file.display()
    );
    assert_eq!(error.to_string(), expected);
    // Invalid names are reported before invalid texts, in one error.
    fs::write(directory.path().join("b.sql"), "").unwrap();
    fs::write(directory.path().join("c.sql"), "").unwrap();
    let error = Migrations::read(directory.path()).unwrap_err();
    assert!(matches!(error, MigrationError::FilenameParseFailed(names) if names.len() == 2));
}

/// English text in UTF-16 is valid UTF-8 with NUL characters.
#[tokio::test]
async fn a_file_with_nul_characters_is_an_error() {
    let db = DbOptions::in_memory().open().await.unwrap();
    let error = run(&db, &[("1_a.sql", "S\0E\0L\0E\0C\0T\0 \x001\0")]).await.unwrap_err();
    assert!(matches!(error, MigrationError::FileReadFailed { .. }));
    assert_eq!(
        error.to_string(),
        "cannot read `1_a.sql` (the file contains a NUL character): save the file as UTF-8, and \
         allow this process to read it"
    );
}

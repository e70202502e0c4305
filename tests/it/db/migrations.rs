//! Migrations that are embedded in the program.

use rally::db::{Db, Migrations, TestDb};

const MIGRATIONS: Migrations = rally::migrations!("tests/it/db/migrations");

#[tokio::test]
async fn embedded_migrations_create_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let db = Db::open(directory.path().join("app.db")).await.unwrap();
    let applied = MIGRATIONS.run(&db).await.unwrap();
    assert_eq!(applied.files, ["0001_item.sql", "0002_amount.sql"]);
    // `Migrations::read` applies nothing, because it reads the same files.
    let read = Migrations::read("tests/it/db/migrations").unwrap();
    assert!(read.run(&db).await.unwrap().files.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_test_has_its_own_migrated_database() {
    let db = TestDb::new(&MIGRATIONS).await;
    sqlx::query("INSERT INTO item (name) VALUES ('tea')").execute(db.write()).await.unwrap();
    let query = sqlx::query_as("SELECT name, amount FROM item");
    let items: Vec<(String, i64)> = query.fetch_all(db.read()).await.unwrap();
    assert_eq!(items, [("tea".to_owned(), 1)]);
}

/// The macro checks names when the app compiles, and the server when it runs.
/// The two crates share no code.
#[test]
fn the_macro_and_the_server_have_the_same_rule_for_file_names() {
    let function = |text: &'static str, name: &str| {
        let (_, rest) = text.split_once(&format!("fn {name}(")).unwrap();
        rest.split_once("\n}\n").unwrap().0
    };
    let macro_source = include_str!("../../../rally-macros/src/migrations/files.rs");
    let server_source = include_str!("../../../rally-server/src/db/migrate/file.rs");
    for name in ["number", "is_migration"] {
        assert_eq!(function(macro_source, name), function(server_source, name), "{name}");
    }
}

//! Databases for tests: in memory, and copied from a migrated template.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::SqliteOwnedBuf;
use tokio::sync::OnceCell;

use crate::db::clock_hold::ClockHold;
use crate::db::{Db, DbOptions, Migrations};

/// A constructor of databases for tests.
///
/// ```
/// use rally_server::db::{Migrations, TestDb};
///
/// // In an app: `rally::migrations!("migrations")`.
/// const MIGRATIONS: Migrations = Migrations::embedded(&[
///     ("0001_product.sql", "CREATE TABLE product (name TEXT NOT NULL);"),
/// ]);
///
/// // `#[tokio::test(start_paused = true)]`
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> sqlx::Result<()> {
/// let db = TestDb::new(&MIGRATIONS).await;
/// sqlx::query("INSERT INTO product (name) VALUES ('tea')").execute(db.write()).await?;
///
/// let another = TestDb::new(&MIGRATIONS).await;
/// let query = sqlx::query_scalar("SELECT count(*) FROM product");
/// let count: i64 = query.fetch_one(another.read()).await?;
/// assert_eq!(count, 0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TestDb;

impl TestDb {
    /// Creates a database in memory and applies the migrations to it.
    ///
    /// Each call creates a separate database. A process applies the same migrations
    /// only once and copies the result. [`Db::now`] follows tokio's clock, see
    /// [`DbOptions::paused_clock`].
    ///
    /// # Panics
    ///
    /// If a migration fails, with the text of the [`MigrationError`](super::MigrationError).
    #[expect(clippy::new_ret_no_self, reason = "tests use the same type as apps")]
    pub async fn new(migrations: &Migrations) -> Db {
        match copy(migrations).await {
            Ok(db) => db,
            Err(error) => panic!("cannot create the database of this test: {error}"),
        }
    }
}

async fn copy(migrations: &Migrations) -> Result<Db, TestDbError> {
    // Keeps the paused clock from advancing while the database is created.
    let _clock_hold = ClockHold::new(true);
    let migrated = template(migrations);
    let migrated = migrated.get_or_try_init(|| migrate(migrations)).await?;
    let db = DbOptions::in_memory().paused_clock().open().await?;
    let content = SqliteOwnedBuf::try_from(&migrated[..])?;
    db.0.writer.lock().await.deserialize(None, content, false).await?;
    Ok(db)
}

type TestDbError = Box<dyn std::error::Error + Send + Sync>;

async fn migrate(migrations: &Migrations) -> Result<SqliteOwnedBuf, TestDbError> {
    let db = DbOptions::in_memory().open().await?;
    migrations.run(&db).await?;
    Ok(db.0.writer.lock().await.serialize(None).await?)
}

type Template = Arc<OnceCell<SqliteOwnedBuf>>;

type Texts = Vec<(String, String)>;

fn template(migrations: &Migrations) -> Template {
    static TEMPLATES: Mutex<Option<HashMap<Texts, Template>>> = Mutex::new(None);
    let texts = migrations.texts().into_iter();
    let texts = texts.map(|(name, sql)| (name.to_owned(), sql.to_owned())).collect();
    let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
    templates.get_or_insert_default().entry(texts).or_default().clone()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    const SHOP: Migrations = Migrations::embedded(&[
        ("1_kind.sql", "CREATE TABLE kind (id INTEGER PRIMARY KEY)"),
        ("2_product.sql", "CREATE TABLE product (kind INTEGER NOT NULL REFERENCES kind)"),
        ("3_kinds.sql", "INSERT INTO kind VALUES (1), (2)"),
    ]);

    async fn count(db: &Db) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM kind").fetch_one(db.read()).await.unwrap()
    }

    #[tokio::test]
    async fn test_databases_do_not_share_data() {
        let (one, two) = (TestDb::new(&SHOP).await, TestDb::new(&SHOP).await);
        sqlx::query("INSERT INTO kind VALUES (3)").execute(one.write()).await.unwrap();
        let mut tx = two.begin().await.unwrap();
        sqlx::query("DELETE FROM kind").execute(&mut tx).await.unwrap();
        assert_eq!(count(&one).await, 3);
        tx.commit().await.unwrap();
        let three = TestDb::new(&SHOP).await;
        let counts = [count(&one).await, count(&two).await, count(&three).await];
        assert_eq!(counts, [3, 0, 2]);
    }

    #[tokio::test]
    async fn the_same_migrations_run_once() {
        let again = Migrations::embedded(&[
            ("1_kind.sql", "CREATE TABLE kind (id INTEGER PRIMARY KEY)"),
            ("2_product.sql", "CREATE TABLE product (kind INTEGER NOT NULL REFERENCES kind)"),
            ("3_kinds.sql", "INSERT INTO kind VALUES (1), (2)"),
        ]);
        let others = Migrations::embedded(&[("1_kind.sql", "CREATE TABLE kind (id INTEGER)")]);
        let dbs = [TestDb::new(&SHOP).await, TestDb::new(&again).await, TestDb::new(&others).await];
        assert!(Arc::ptr_eq(&template(&SHOP), &template(&again)));
        assert!(template(&SHOP).initialized());
        assert!(!Arc::ptr_eq(&template(&SHOP), &template(&others)));
        let counts = [count(&dbs[0]).await, count(&dbs[1]).await, count(&dbs[2]).await];
        assert_eq!(counts, [2, 2, 0]);
        // The copied database also contains the list of applied migrations.
        assert_eq!(SHOP.run(&dbs[1]).await.unwrap().files, [""; 0]);
    }

    #[tokio::test]
    async fn foreign_keys_are_enforced() {
        let db = TestDb::new(&SHOP).await;
        let query = sqlx::query("INSERT INTO product VALUES (7)");
        let error = query.execute(db.write()).await.unwrap_err();
        assert!(error.to_string().contains("FOREIGN KEY constraint failed"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_does_not_advance() {
        let start = Instant::now();
        let twice = async {
            for _ in 0..2 {
                let db = TestDb::new(&Migrations::embedded(&[("1_still.sql", "SELECT 1")])).await;
                let long = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n \
                            WHERE i < 100000) SELECT max(i) FROM n";
                let query = sqlx::query_scalar::<_, i64>(long);
                assert_eq!(query.fetch_one(db.read()).await.unwrap(), 100_000);
                let mut tx = db.begin().await.unwrap();
                sqlx::query(long).execute(&mut tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(1), twice).await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn now_follows_tokios_clock() {
        let db = TestDb::new(&SHOP).await;
        let before = db.now();
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(db.now().duration_since(before).unwrap(), Duration::from_secs(3600));
    }

    #[tokio::test]
    #[should_panic(
        expected = "cannot create the database of this test: statement 1 of `1_a.sql` failed"
    )]
    async fn a_failed_migration_panics() {
        TestDb::new(&Migrations::embedded(&[("1_a.sql", "CREATE TABEL t (x)")])).await;
    }

    /// Each thread has a separate runtime, as the tests of one process have.
    #[test]
    fn the_first_databases_may_be_created_concurrently() {
        let migrations = || Migrations::embedded(&[("1_once.sql", "CREATE TABLE kind (id)")]);
        let test = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let count = async { count(&TestDb::new(&migrations()).await).await };
            assert_eq!(runtime.unwrap().block_on(count), 0);
        };
        std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(test))));
    }
}

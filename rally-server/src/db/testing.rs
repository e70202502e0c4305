//! A database for one test: in memory, and copied from one that was migrated
//! before.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::SqliteOwnedBuf;
use tokio::sync::OnceCell;

use crate::db::standstill::Standstill;
use crate::db::{Db, DbOptions, Migrations};

/// Makes databases for tests.
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
    /// A database in memory to which the migrations have been applied, as a plain
    /// [`Db`]. Nobody else sees it, and it is gone with its last handle.
    ///
    /// A process runs the same migrations once, and copies what they make: so
    /// what a test costs does not depend on how many there are.
    ///
    /// Its clock is tokio's, as [`DbOptions::paused_clock`] says: paused, it stands
    /// still while a query runs, and [`Db::now`] shows what it does.
    ///
    /// # Panics
    ///
    /// When a migration fails, with what [`MigrationError`](super::MigrationError) says.
    #[expect(clippy::new_ret_no_self, reason = "a test has the same Db as an app")]
    pub async fn new(migrations: &Migrations) -> Db {
        match copy(migrations).await {
            Ok(db) => db,
            Err(error) => panic!("the database of this test was not made: {error}"),
        }
    }
}

async fn copy(migrations: &Migrations) -> Result<Db, TestDbError> {
    // Before its clock begins, too, threads of SQLite work.
    let _standstill = Standstill::new(true);
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

/// A database that was migrated, or will be.
type Template = Arc<OnceCell<SqliteOwnedBuf>>;

/// Names and texts: a process has few of them.
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

    /// A8.27.
    #[tokio::test]
    async fn two_do_not_see_each_other() {
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

    /// A8.27.
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
        // As an app would find it.
        assert_eq!(SHOP.run(&dbs[1]).await.unwrap().files, [""; 0]);
    }

    #[tokio::test]
    async fn foreign_keys_hold() {
        let db = TestDb::new(&SHOP).await;
        let query = sqlx::query("INSERT INTO product VALUES (7)");
        let error = query.execute(db.write()).await.unwrap_err();
        assert!(error.to_string().contains("FOREIGN KEY constraint failed"), "{error}");
    }

    /// Else it would have gone on to the end of the timeout. The first of these
    /// is migrated.
    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_stands_still() {
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
    async fn its_clock_is_tokios() {
        let db = TestDb::new(&SHOP).await;
        let before = db.now();
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!(db.now().duration_since(before).unwrap(), Duration::from_secs(3600));
    }

    #[tokio::test]
    #[should_panic(expected = "the database of this test was not made: `1_a.sql`, statement 1")]
    async fn a_migration_that_fails() {
        TestDb::new(&Migrations::embedded(&[("1_a.sql", "CREATE TABEL t (x)")])).await;
    }

    /// As the tests of a process are: each has a runtime of its own.
    #[test]
    fn the_first_ones_may_come_at_once() {
        let migrations = || Migrations::embedded(&[("1_once.sql", "CREATE TABLE kind (id)")]);
        let test = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let count = async { count(&TestDb::new(&migrations()).await).await };
            assert_eq!(runtime.unwrap().block_on(count), 0);
        };
        std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(test))));
    }
}

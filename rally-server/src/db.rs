//! SQLite: one writer, many readers, and queries that are ordinary sqlx.

mod migrate;
pub(crate) mod open;
mod query;
pub(crate) mod standstill;
mod testing;
mod transaction;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::Instant;

pub use crate::work::{Timing, measure};
pub use migrate::{Applied, MigrationError, Migrations};
pub use open::{DbOptions, OpenError, Synchronous};
pub use query::{Reader, Writer};
pub use testing::TestDb;
pub use transaction::Transaction;

use crate::work::{self, Begun};
use standstill::Standstill;

/// How long a query waits for its turn: for the writer in this process, and for
/// the file when another process writes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A SQLite database. A clone is another handle of the same.
///
/// Queries are sqlx's own, and say whether they read or write. Reads have a
/// connection each and see the last commit; writes take turns.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("shop.db");
/// use rally_server::db::Db;
///
/// let db = Db::open(file).await?;
/// # sqlx::query("CREATE TABLE product (name TEXT NOT NULL)").execute(db.write()).await?;
/// // In an app `sqlx::query!`, which is checked while the app compiles.
/// sqlx::query("INSERT INTO product (name) VALUES (?)").bind("tea").execute(db.write()).await?;
/// let count: i64 = sqlx::query_scalar("SELECT count(*) FROM product").fetch_one(db.read()).await?;
/// assert_eq!(count, 1);
///
/// // What belongs together: dropped without a commit, it is undone.
/// let mut tx = db.begin().await?;
/// sqlx::query("DELETE FROM product").execute(&mut tx).await?;
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Inside a transaction
///
/// A handler, loader or job that has a transaction open makes all its queries of
/// this database on that: [`read`](Self::read) would not see what it has written, and
/// [`write`](Self::write) would wait for itself. Both are refused at once, with
/// an error that says where the transaction was begun. Anywhere else a query
/// that waits 5 seconds for the writer fails, and says who has it.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    writer: Arc<tokio::sync::Mutex<SqliteConnection>>,
    /// Where the transaction was begun that has the writer.
    holder: Mutex<Option<Begun>>,
    /// None of a database in memory, where the writer reads as well.
    readers: Option<SqlitePool>,
    /// Whether the writer may be one that only reads, as of a database in memory.
    /// Known to who has the writer.
    is_reading: AtomicBool,
    options: DbOptions,
    /// Changes when a job was enqueued that can be run at once.
    jobs: watch::Sender<()>,
    /// When its clock is tokio's: what both showed at the beginning.
    clock: Option<(SystemTime, Instant)>,
}

impl Db {
    /// Opens a file, which is made when there is none; its directory has to be
    /// there. How, [`DbOptions`] says.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made, or is no database.
    pub async fn open(file: impl AsRef<std::path::Path>) -> Result<Self, OpenError> {
        DbOptions::new(file).open().await
    }

    /// Where queries run that change nothing: `.fetch_all(db.read())`. One that
    /// would change something fails.
    #[track_caller]
    pub fn read(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Where a query runs that changes something, by itself:
    /// `.execute(db.write())`. Several that belong together are a
    /// [transaction](Self::begin).
    #[track_caller]
    pub fn write(&self) -> Writer<'_> {
        Writer::new(self, Location::caller())
    }

    /// Begins a transaction, as soon as no other one is open.
    ///
    /// It is the only one that writes until it ends: what takes its time, as a
    /// request to another server, is better done before or after.
    ///
    /// # Errors
    ///
    /// When this work has one open already, when it was not its turn within 5
    /// seconds, or when the file cannot be written.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = sqlx::Result<Transaction<'static>>> + Send + use<> {
        Transaction::begin_on(self.clone(), Location::caller())
    }

    /// Closes its connections, once the queries under way have ended. A database
    /// is closed by its last handle, too; this waits until it is.
    pub async fn close(self) {
        if let Some(readers) = &self.0.readers {
            readers.close().await;
        }
        if let Some(inner) = Arc::into_inner(self.0)
            && let Some(writer) = Arc::into_inner(inner.writer)
        {
            // What could fail is tidying up, which the next one to open does too.
            let _ = sqlx::Connection::close(writer.into_inner()).await;
        }
    }

    /// What its clock shows: the system's time. Where tests pause tokio's clock
    /// it is that one, see [`DbOptions::paused_clock`].
    pub fn now(&self) -> SystemTime {
        match self.0.clock {
            None => SystemTime::now(),
            Some((system, tokio)) => system + tokio.elapsed(),
        }
    }

    /// The writer, when it is this query's turn.
    async fn turn(&self, at: Begun, access: Access) -> sqlx::Result<Turn> {
        if let Some(begun) = work::open_transaction(self.id()) {
            return Err(refused(begun));
        }
        let lock = self.0.writer.clone().lock_owned();
        match tokio::time::timeout(PATIENCE, lock).await {
            Ok(connection) => {
                *self.holder() = Some(at);
                let mut turn = Turn { connection, db: self.clone() };
                self.give(access, &mut turn.connection).await?;
                Ok(turn)
            }
            Err(_) => Err(refuse(WriterTaken(*self.holder()))),
        }
    }

    /// Which database it is, as long as it is open.
    fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Has the writer do no more than it is there for: a query that would fail on
    /// a file fails in a test as well.
    async fn give(&self, access: Access, writer: &mut SqliteConnection) -> sqlx::Result<()> {
        let _standstill = self.standstill();
        match access {
            Access::Read => {
                // First: nobody may wait for the end of it.
                self.0.is_reading.store(true, Relaxed);
                sqlx::query("PRAGMA query_only = ON").execute(writer).await?;
            }
            Access::Write if self.0.is_reading.load(Relaxed) => {
                sqlx::query("PRAGMA query_only = OFF").execute(writer).await?;
                self.0.is_reading.store(false, Relaxed);
            }
            Access::Write => {}
        }
        Ok(())
    }

    /// Wakes those who run jobs.
    pub(crate) fn jobs(&self) -> &watch::Sender<()> {
        &self.0.jobs
    }

    fn holder(&self) -> std::sync::MutexGuard<'_, Option<Begun>> {
        self.0.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the time of a query: the clock of a test stands still.
    fn standstill(&self) -> Standstill {
        Standstill::new(self.0.clock.is_some())
    }
}

/// The one row there is; `None` when there is none, or more than one. Where a
/// second row would be a mistake, `fetch_optional` would hide it.
///
/// ```
/// use rally_server::db::one;
///
/// assert_eq!(one(vec!["tea"]), Some("tea"));
/// assert_eq!(one(vec!["tea", "salt"]), None);
/// assert_eq!(one::<&str>(vec![]), None);
/// ```
pub fn one<T>(rows: Vec<T>) -> Option<T> {
    <[T; 1]>::try_from(rows).ok().map(|[row]| row)
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Db").field(&self.0.options.file()).finish()
    }
}

/// What the writer is asked for.
#[derive(Debug, Clone, Copy)]
enum Access {
    Read,
    Write,
}

/// The writer, for one statement or one transaction.
struct Turn {
    connection: OwnedMutexGuard<SqliteConnection>,
    db: Db,
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.db.holder() = None;
    }
}

/// Whether another process has the file.
fn is_busy(error: &sqlx::Error) -> bool {
    // The low byte is the kind.
    code(error).is_some_and(|code| code & 0xff == 5)
}

/// SQLite's number for what is wrong.
fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// As the one error of sqlx that puts no words of its own before it.
fn refuse(reason: impl fmt::Display) -> sqlx::Error {
    sqlx::Error::InvalidArgument(reason.to_string())
}

fn refused(begun: Begun) -> sqlx::Error {
    refuse(InsideTransaction(begun))
}

/// The database was asked beside a transaction.
#[derive(Debug)]
struct InsideTransaction(Begun);

impl fmt::Display for InsideTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a transaction is open here, begun at {}: make the query on it, as `.execute(&mut tx)`, \
             or end it first",
            self.0
        )
    }
}

/// It was not this query's turn.
#[derive(Debug)]
struct WriterTaken(Option<Begun>);

impl fmt::Display for WriterTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = PATIENCE.as_secs();
        write!(f, "it was not this query's turn to write within {seconds} s")?;
        match self.0 {
            Some(begun) => write!(
                f,
                ": what was begun at {begun} has not ended. Make the query on that transaction, or \
                 end it sooner"
            ),
            None => f.write_str(": too much is written at once"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    async fn on(directory: &tempfile::TempDir) -> Db {
        DbOptions::new(directory.path().join("test.db")).paused_clock().open().await.unwrap()
    }

    #[tokio::test]
    async fn every_connection_is_opened_in_the_same_way() {
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
    async fn a_reader_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let db = on(&directory).await;
        changes_nothing_by_reading(&db).await;
    }

    /// So what a test does with it works with a file.
    #[tokio::test(start_paused = true)]
    async fn a_reader_of_memory_changes_nothing() {
        let db = DbOptions::in_memory().paused_clock().open().await.unwrap();
        changes_nothing_by_reading(&db).await;
    }

    async fn changes_nothing_by_reading(db: &Db) {
        sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
        let insert = || sqlx::query("INSERT INTO t VALUES (1) RETURNING x");
        let failures = [
            insert().execute(db.read()).await.map(drop),
            insert().fetch_all(db.read()).await.map(drop),
            insert().fetch_optional(db.read()).await.map(drop),
        ];
        for failure in failures {
            let expected = "this query changes something, and `db.read()` does not: make it on \
                            `db.write()`, or on a transaction";
            assert_eq!(failure.unwrap_err().to_string(), expected);
        }
        insert().execute(db.write()).await.unwrap();
        assert_eq!(sqlx::query("SELECT x FROM t").fetch_all(db.read()).await.unwrap().len(), 1);
        let mut tx = db.begin().await.unwrap();
        insert().execute(&mut tx).await.unwrap();
    }

    #[tokio::test]
    async fn beside_a_transaction_the_same_work_asks_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let db = on(&directory).await;
        work::scope(async {
            let tx = db.begin().await.unwrap();
            let line = line!() - 1;
            let expected = format!(
                "a transaction is open here, begun at {}:{line}:25: make the query on it, as \
                 `.execute(&mut tx)`, or end it first",
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
    async fn who_waits_too_long_is_told_for_whom() {
        let directory = tempfile::tempdir().unwrap();
        let db = on(&directory).await;
        let tx = db.begin().await.unwrap();
        let line = line!() - 1;
        let begun = Instant::now();
        let error = sqlx::query("SELECT 1").execute(db.write()).await.unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), 5);
        let expected = format!(
            "it was not this query's turn to write within 5 s: what was begun at {}:{line}:21 has \
             not ended",
            file!()
        );
        assert!(error.to_string().contains(&expected), "{error}");
        drop(tx);
        sqlx::query("SELECT 1").execute(db.write()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_tests_clock_stands_still_while_a_query_runs() {
        let directory = tempfile::tempdir().unwrap();
        let db = on(&directory).await;
        let begun = (Instant::now(), db.now());
        let slow =
            "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
                    SELECT count(*) FROM n";
        let hour = Duration::from_secs(3600);
        tokio::select! {
            biased;
            () = tokio::time::sleep(hour) => panic!("the clock went on"),
            count = sqlx::query_scalar::<_, i64>(slow).fetch_one(db.read()) => {
                assert_eq!(count.unwrap(), 100_000);
            }
        }
        tokio::select! {
            biased;
            () = tokio::time::sleep(hour) => panic!("the clock went on"),
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
    async fn a_full_disk_is_an_error_and_no_end() {
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
        // There is space again.
        sqlx::query(limit(1000)).execute(db.write()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        sqlx::query(large).execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let count = sqlx::query_scalar("SELECT count(*) FROM t").fetch_one(db.read()).await;
        assert_eq!(count.ok(), Some(1_i64));
    }

    #[tokio::test]
    async fn another_process_that_writes_is_waited_for() {
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
    async fn a_closed_database_has_left_no_log() {
        let directory = tempfile::tempdir().unwrap();
        let db = on(&directory).await;
        sqlx::query("CREATE TABLE t (x)").execute(db.write()).await.unwrap();
        sqlx::query("SELECT * FROM t").execute(db.read()).await.unwrap();
        let log = directory.path().join("test.db-wal");
        assert!(log.exists());
        db.close().await;
        assert!(!log.exists());
    }

    /// What is written next would be undone with it.
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
    async fn a_transaction_keeps_nobody_from_another_database() {
        let [one, other] = [DbOptions::in_memory(), DbOptions::in_memory()];
        let (one, other) = (one.open().await.unwrap(), other.open().await.unwrap());
        work::scope(async {
            let tx = one.begin().await.unwrap();
            sqlx::query("CREATE TABLE t (x)").execute(other.write()).await.unwrap();
            sqlx::query("SELECT x FROM t").execute(other.read()).await.unwrap();
            let inside = other.begin().await.unwrap();
            for db in [&one, &other] {
                let error = sqlx::query("SELECT 1").execute(db.read()).await.unwrap_err();
                assert!(error.to_string().contains("a transaction is open here"), "{error}");
            }
            drop(tx);
            sqlx::query("SELECT 1").execute(one.read()).await.unwrap();
            sqlx::query("SELECT 1").execute(other.read()).await.unwrap_err();
            drop(inside);
        })
        .await;
    }

    /// To measure a part of a work makes it no other.
    #[tokio::test(start_paused = true)]
    async fn a_part_that_is_measured_is_beside_the_same_transaction() {
        let db = DbOptions::in_memory().open().await.unwrap();
        let is_refused = async || {
            let error = sqlx::query("SELECT 1").execute(db.read()).await.unwrap_err();
            assert!(error.to_string().contains("a transaction is open here"), "{error}");
        };
        work::scope(async {
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
    async fn a_file_without_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let error = Db::open(directory.path().join("no/such.db")).await.unwrap_err().to_string();
        assert!(error.contains("cannot be opened: make the directory `"), "{error}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_database() {
        let directory = tempfile::tempdir().unwrap();
        let text = directory.path().join("text");
        std::fs::write(&text, "It is no database.").unwrap();
        let files = [
            (directory.path(), "it is a directory, name a file in it"),
            (&text, "it is no SQLite database, name another file"),
            (
                Path::new("/proc/test.db"),
                "let this process write there (unable to open database file)",
            ),
        ];
        for (file, reason) in files {
            let error = Db::open(file).await.unwrap_err().to_string();
            let expected = format!("the database `{}` cannot be opened: {reason}", file.display());
            assert_eq!(error, expected);
        }
    }
}

//! SQLite databases with one writer and many readers, used with plain sqlx queries.

pub(crate) mod clock_hold;
mod migrate;
pub(crate) mod open;
mod query;
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

pub use crate::telemetry::query_tracker::{Timing, measure};
pub use migrate::{Applied, MigrationError, Migrations};
pub use open::{DbOptions, OpenError, Synchronous};
pub use query::{Reader, Writer};
pub use testing::TestDb;
pub use transaction::Transaction;

use crate::telemetry::query_tracker::{self, CallSite};
use clock_hold::ClockHold;

/// Maximum time to wait for the writer of this process, and for a lock of another process.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A SQLite database. Clones are handles of the same database.
///
/// Queries are plain sqlx queries, which run on [`read`](Self::read) or
/// [`write`](Self::write). Several reads of a file can run at the same time, and each sees
/// the data that was committed when it began. Writes run one after another.
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
/// // In an app use `sqlx::query!`, which is checked at compile time.
/// sqlx::query("INSERT INTO product (name) VALUES (?)").bind("tea").execute(db.write()).await?;
/// let count: i64 = sqlx::query_scalar("SELECT count(*) FROM product").fetch_one(db.read()).await?;
/// assert_eq!(count, 1);
///
/// // A transaction that is dropped without a commit is rolled back.
/// let mut tx = db.begin().await?;
/// sqlx::query("DELETE FROM product").execute(&mut tx).await?;
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Inside a transaction
///
/// If a handler, loader or job has an open transaction, it must run all queries on
/// this database in that transaction. A query on [`read`](Self::read) would not see
/// the changes of the transaction. A query on [`write`](Self::write) would wait for
/// the end of the transaction, but the transaction would wait for the query. Both queries
/// fail at once, with an error that names the line where the transaction was begun.
///
/// Queries of other handlers, loaders and jobs wait up to 5 seconds until they can write.
/// If they still cannot, they fail with an error that names the line where the transaction
/// or query that holds the writer was begun.
#[derive(Clone)]
pub struct Db(Arc<DbInner>);

struct DbInner {
    writer: Arc<tokio::sync::Mutex<SqliteConnection>>,
    holder: Mutex<Option<CallSite>>,
    /// `None` for a database in memory, where the writer also reads.
    readers: Option<SqlitePool>,
    /// `true` if the writer may be read-only now. Accessed only while the writer is locked.
    is_reading: AtomicBool,
    options: DbOptions,
    /// Notifies workers that a job can run at once.
    jobs: watch::Sender<()>,
    /// Times of the system's and of tokio's clock when the database was opened. `None` if
    /// [`Db::now`] uses the system's clock.
    clock: Option<(SystemTime, Instant)>,
}

impl Db {
    /// Opens a database file with the default [`DbOptions`].
    ///
    /// The file is created if it does not exist. The directory of the file must exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or created, or is not a SQLite database.
    pub async fn open(file: impl AsRef<std::path::Path>) -> Result<Self, OpenError> {
        DbOptions::new(file).open().await
    }

    /// Returns the executor for queries that only read, as in `.fetch_all(db.read())`.
    ///
    /// A query that changes the database fails.
    #[track_caller]
    pub fn read(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Returns the executor for a query that changes the database: `.execute(db.write())`.
    ///
    /// Use a [transaction](Self::begin) for several queries that belong together.
    /// Do not run `BEGIN` on this executor: other queries would become part of
    /// that transaction, and could be rolled back with it.
    #[track_caller]
    pub fn write(&self) -> Writer<'_> {
        Writer::new(self, Location::caller())
    }

    /// Begins a transaction, after other transactions and writes have ended.
    ///
    /// No other query can write until the transaction ends. If the database is in memory, no
    /// other query can read either. Do slow work, such as a request to another server, before
    /// or after the transaction.
    ///
    /// # Errors
    ///
    /// If this handler, loader or job already has a transaction of this database open, if the
    /// database stays locked for 5 seconds, or if the file cannot be written.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = sqlx::Result<Transaction<'static>>> + Send + use<> {
        Transaction::begin_on(self.clone(), Location::caller())
    }

    /// Closes the connections for reads, after their current queries have ended.
    ///
    /// Other handles of this database can then no longer read. The last handle also
    /// closes the writer. Dropping the last handle closes the database too, but does
    /// not wait until the connections are closed.
    pub async fn close(self) {
        if let Some(readers) = &self.0.readers {
            readers.close().await;
        }
        if let Some(inner) = Arc::into_inner(self.0)
            && let Some(writer) = Arc::into_inner(inner.writer)
        {
            // An error is harmless: committed changes are stored already.
            let _ = sqlx::Connection::close(writer.into_inner()).await;
        }
    }

    /// Returns the time of the system's clock. With [`DbOptions::paused_clock`], returns a
    /// time that follows tokio's clock.
    pub fn now(&self) -> SystemTime {
        match self.0.clock {
            None => SystemTime::now(),
            Some((system, tokio)) => system + tokio.elapsed(),
        }
    }

    async fn acquire_writer(&self, at: CallSite, access: AccessMode) -> sqlx::Result<WriterGuard> {
        if let Some(begun) = query_tracker::open_transaction(self.id()) {
            return Err(inside_transaction(begun));
        }
        let lock = self.0.writer.clone().lock_owned();
        match tokio::time::timeout(BUSY_TIMEOUT, lock).await {
            Ok(connection) => {
                *self.holder() = Some(at);
                let mut writer = WriterGuard { connection, db: self.clone() };
                self.set_access(access, &mut writer.connection).await?;
                Ok(writer)
            }
            Err(_) => Err(query_error(WriterTaken(*self.holder()))),
        }
    }

    fn id(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Makes the writer read-only for a read, and writable for a write.
    ///
    /// Reads use the writer only if the database is in memory. There, `db.read()` must
    /// refuse the same queries as on a file.
    async fn set_access(
        &self,
        access: AccessMode,
        writer: &mut SqliteConnection,
    ) -> sqlx::Result<()> {
        let _clock_hold = self.clock_hold();
        match access {
            AccessMode::Read => {
                // Set before the query, because this future may be dropped during the query.
                self.0.is_reading.store(true, Relaxed);
                sqlx::query("PRAGMA query_only = ON").execute(writer).await?;
            }
            AccessMode::Write if self.0.is_reading.load(Relaxed) => {
                sqlx::query("PRAGMA query_only = OFF").execute(writer).await?;
                self.0.is_reading.store(false, Relaxed);
            }
            AccessMode::Write => {}
        }
        Ok(())
    }

    pub(crate) fn jobs(&self) -> &watch::Sender<()> {
        &self.0.jobs
    }

    fn holder(&self) -> std::sync::MutexGuard<'_, Option<CallSite>> {
        self.0.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clock_hold(&self) -> ClockHold {
        ClockHold::new(self.0.clock.is_some())
    }
}

/// Returns the only row, or `None` if there is no row or more than one.
///
/// Use this function where a second row is a mistake: `fetch_optional` would hide the
/// second row.
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

#[derive(Debug, Clone, Copy)]
enum AccessMode {
    Read,
    Write,
}

struct WriterGuard {
    connection: OwnedMutexGuard<SqliteConnection>,
    db: Db,
}

impl Drop for WriterGuard {
    fn drop(&mut self) {
        *self.db.holder() = None;
    }
}

/// Returns `true` if a query failed because another connection has locked the file.
fn is_busy(error: &sqlx::Error) -> bool {
    // The low byte is the primary result code, and 5 is `SQLITE_BUSY`.
    code(error).is_some_and(|code| code & 0xff == 5)
}

fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Returns an `InvalidArgument`: sqlx displays this error as `reason`, without a prefix.
fn query_error(reason: impl fmt::Display) -> sqlx::Error {
    sqlx::Error::InvalidArgument(reason.to_string())
}

fn inside_transaction(begun: CallSite) -> sqlx::Error {
    query_error(InsideTransaction(begun))
}

struct InsideTransaction(CallSite);

impl fmt::Display for InsideTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the transaction begun at {} is still open: run the query on that transaction, as in \
             `.execute(&mut tx)`, or end the transaction first",
            self.0
        )
    }
}

struct WriterTaken(Option<CallSite>);

impl fmt::Display for WriterTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = BUSY_TIMEOUT.as_secs();
        write!(f, "timed out after {seconds} s while waiting to write to the database")?;
        match self.0 {
            Some(begun) => write!(
                f,
                ": the query or transaction begun at {begun} has not ended. If this query belongs \
                 to that transaction, run it with `.execute(&mut tx)`. Otherwise shorten that \
                 query or transaction"
            ),
            None => f.write_str(": too many queries write at the same time"),
        }
    }
}

#[cfg(test)]
mod tests;

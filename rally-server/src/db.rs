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

/// Maximum wait for the writer of this process, and for another process that writes.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A SQLite database. Clones are handles of the same database.
///
/// Queries are plain sqlx queries, which run on [`read`](Self::read) or
/// [`write`](Self::write). Each read has its own connection, and sees the last
/// commit. Writes run one after another.
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
/// A handler, loader or job with an open transaction must make all its queries of
/// this database on that transaction. [`read`](Self::read) would not see the
/// changes of the transaction, and [`write`](Self::write) would wait for itself.
/// Both fail at once, with an error that says where the transaction was begun.
///
/// Any other query fails after it has waited 5 seconds for the writer. The error
/// says where the transaction or query that holds the writer was begun.
#[derive(Clone)]
pub struct Db(Arc<DbInner>);

struct DbInner {
    writer: Arc<tokio::sync::Mutex<SqliteConnection>>,
    holder: Mutex<Option<CallSite>>,
    /// `None` for a database in memory, where the writer also reads.
    readers: Option<SqlitePool>,
    /// `true` if the writer may be read-only now. Only used by the holder of the writer.
    is_reading: AtomicBool,
    options: DbOptions,
    /// Notified when a job was enqueued that can run at once.
    jobs: watch::Sender<()>,
    /// If the clock is tokio's: the system's and tokio's time at the start.
    clock: Option<(SystemTime, Instant)>,
}

impl Db {
    /// Opens a database file with the default [`DbOptions`].
    ///
    /// The file is created if it does not exist. Its directory must exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or created, or is not a SQLite database.
    pub async fn open(file: impl AsRef<std::path::Path>) -> Result<Self, OpenError> {
        DbOptions::new(file).open().await
    }

    /// Returns the executor for queries that change nothing: `.fetch_all(db.read())`. Others fail.
    #[track_caller]
    pub fn read(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Returns the executor for a query that changes something: `.execute(db.write())`.
    ///
    /// Use a [transaction](Self::begin) for several queries that belong together.
    /// Do not run `BEGIN` on this executor: other queries would become part of
    /// that transaction, and could be rolled back with it.
    #[track_caller]
    pub fn write(&self) -> Writer<'_> {
        Writer::new(self, Location::caller())
    }

    /// Begins a transaction, once no other transaction is open.
    ///
    /// No other query can write until it ends. Do slow work, such as a request to
    /// another server, before or after it.
    ///
    /// # Errors
    ///
    /// If this handler, loader or job already has a transaction open, if the
    /// writer is busy for 5 seconds, or if the file cannot be written.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = sqlx::Result<Transaction<'static>>> + Send + use<> {
        Transaction::begin_on(self.clone(), Location::caller())
    }

    /// Closes the connections, once their current queries have ended.
    ///
    /// Other handles can no longer read; the writer is closed with the last handle.
    /// Dropping a database closes it, too, but does not wait for that.
    pub async fn close(self) {
        if let Some(readers) = &self.0.readers {
            readers.close().await;
        }
        if let Some(inner) = Arc::into_inner(self.0)
            && let Some(writer) = Arc::into_inner(inner.writer)
        {
            // Only the cleanup can fail. The next process that opens the file repeats it.
            let _ = sqlx::Connection::close(writer.into_inner()).await;
        }
    }

    /// Returns the system's time, or tokio's with [`DbOptions::paused_clock`].
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

    /// Makes the writer read-only for reads, so that a database in memory refuses the
    /// same queries as a file.
    async fn set_access(
        &self,
        access: AccessMode,
        writer: &mut SqliteConnection,
    ) -> sqlx::Result<()> {
        let _clock_hold = self.clock_hold();
        match access {
            AccessMode::Read => {
                // Set first, because this future may be dropped during the query.
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
/// Use it where a second row is a mistake, which `fetch_optional` would hide.
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

/// Returns `true` if another process has locked the file.
fn is_busy(error: &sqlx::Error) -> bool {
    // The low byte is the primary result code, and 5 is `SQLITE_BUSY`.
    code(error).is_some_and(|code| code & 0xff == 5)
}

fn code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Returns an `InvalidArgument`, the only error of sqlx that adds nothing to its text.
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
            "the transaction begun at {} is still open: run the query on it, as in \
             `.execute(&mut tx)`, or end it first",
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
                ": the query or transaction begun at {begun} has not ended. Run this query on that \
                 transaction, or end the transaction sooner"
            ),
            None => f.write_str(": too many queries write at the same time"),
        }
    }
}

#[cfg(test)]
mod tests;

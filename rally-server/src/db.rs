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

pub use crate::telemetry::query_tracker::{Timing, measure};
pub use migrate::{Applied, MigrationError, Migrations};
pub use open::{DbOptions, OpenError, Synchronous};
pub use query::{Reader, Writer};
pub use testing::TestDb;
pub use transaction::Transaction;

use crate::telemetry::query_tracker::{self, CallSite};
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
pub struct Db(Arc<DbInner>);

struct DbInner {
    writer: Arc<tokio::sync::Mutex<SqliteConnection>>,
    /// Where the transaction was begun that has the writer.
    holder: Mutex<Option<CallSite>>,
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
    ///
    /// Not for `BEGIN`: of what others write then, nobody knows whether it stays.
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

    /// Closes its connections, once the queries under way have ended: for other
    /// handles too, which can read no more. The writer's is closed if this is the
    /// last handle. A database that is dropped is closed as well; this waits for
    /// it.
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
    async fn turn(&self, at: CallSite, access: AccessMode) -> sqlx::Result<WriterGuard> {
        if let Some(begun) = query_tracker::open_transaction(self.id()) {
            return Err(refused(begun));
        }
        let lock = self.0.writer.clone().lock_owned();
        match tokio::time::timeout(PATIENCE, lock).await {
            Ok(connection) => {
                *self.holder() = Some(at);
                let mut turn = WriterGuard { connection, db: self.clone() };
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
    async fn give(&self, access: AccessMode, writer: &mut SqliteConnection) -> sqlx::Result<()> {
        let _standstill = self.standstill();
        match access {
            AccessMode::Read => {
                // First: nobody may wait for the end of it.
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

    /// Wakes those who run jobs.
    pub(crate) fn jobs(&self) -> &watch::Sender<()> {
        &self.0.jobs
    }

    fn holder(&self) -> std::sync::MutexGuard<'_, Option<CallSite>> {
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
enum AccessMode {
    Read,
    Write,
}

/// The writer, for one statement or one transaction.
struct WriterGuard {
    connection: OwnedMutexGuard<SqliteConnection>,
    db: Db,
}

impl Drop for WriterGuard {
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

fn refused(begun: CallSite) -> sqlx::Error {
    refuse(InsideTransaction(begun))
}

/// The database was asked beside a transaction.
struct InsideTransaction(CallSite);

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
struct WriterTaken(Option<CallSite>);

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
mod tests;

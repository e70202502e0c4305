//! Options for opening a database, and the errors of opening it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::db::clock_hold::ClockHold;
use crate::db::{BUSY_TIMEOUT, Db, DbInner};
use crate::telemetry::query_tracker;

/// Options for opening a database.
///
/// A database file uses a write-ahead log (WAL). Queries wait up to 5 seconds for locks of
/// other processes. Foreign keys are enforced, except while a migration runs.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("shop.db");
/// use rally_server::db::{DbOptions, Synchronous};
///
/// let db = DbOptions::new(file).synchronous(Synchronous::Full).readers(4).open().await?;
/// # let _ = db;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// `None` for a database in memory.
    file: Option<PathBuf>,
    synchronous: Synchronous,
    readers: u32,
    paused_clock: bool,
}

/// The durability of commits: how long a commit waits for its data to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// SQLite never waits for the disk. A power failure can corrupt the database.
    Off,
    /// A commit waits until the operating system has the data.
    ///
    /// A commit survives a crash of this process. A power failure can lose the
    /// last commits, but never a part of a commit.
    #[default]
    Normal,
    /// A commit waits until the disk has the data, and then survives a power failure.
    Full,
}

impl DbOptions {
    /// Creates options for a database file.
    ///
    /// [`open`](Self::open) creates the file if it does not exist.
    pub fn new(file: impl AsRef<Path>) -> Self {
        Self::of(Some(file.as_ref().to_owned()))
    }

    /// Creates options for a database in memory, which is dropped with its last handle.
    ///
    /// The database has only one connection, so all queries run one after another.
    pub fn in_memory() -> Self {
        Self::of(None)
    }

    fn of(file: Option<PathBuf>) -> Self {
        Self { file, synchronous: Synchronous::default(), readers: 8, paused_clock: false }
    }

    /// Sets the durability of commits. Default: [`Synchronous::Normal`].
    #[must_use]
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// Sets the maximum number of concurrent reads, at least 1. Default: 8.
    ///
    /// Further reads wait up to 30 seconds, and then fail. Each reader has a thread and a page
    /// cache of about 2 MB.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// Makes [`Db::now`] follow tokio's clock, for tests that pause the clock.
    ///
    /// A clock paused by `#[tokio::test(start_paused = true)]` advances whenever the test
    /// waits for SQLite, so that timeouts expire at once. With this option, the clock does
    /// not advance while a query runs.
    #[must_use]
    pub fn paused_clock(mut self) -> Self {
        self.paused_clock = true;
        self
    }

    /// Opens the database.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or created, or is not a SQLite database.
    pub async fn open(self) -> Result<Db, OpenError> {
        query_tracker::enable();
        let failed = |error| OpenError { file: self.file.clone(), error };
        let clock_hold = ClockHold::new(self.paused_clock);
        // Connect the writer first: it creates the file and turns on the write-ahead log.
        let options = self.connection().create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let writer = connect(&options).await.map_err(failed)?;
        let readers = match &self.file {
            None => None,
            Some(_) => {
                let pool = SqlitePoolOptions::new()
                    .max_connections(self.readers)
                    // Do not test or replace connections: unlike a server, a file does not
                    // close them.
                    .test_before_acquire(false)
                    .max_lifetime(None);
                let options = self.connection().pragma("query_only", "ON");
                Some(pool.connect_with(options).await.map_err(failed)?)
            }
        };
        drop(clock_hold);
        let clock = self.paused_clock.then(|| (SystemTime::now(), Instant::now()));
        let writer = Arc::new(Mutex::new(writer));
        Ok(Db(Arc::new(DbInner {
            writer,
            holder: Default::default(),
            jobs: Default::default(),
            readers,
            is_reading: Default::default(),
            options: self,
            clock,
        })))
    }

    pub(super) fn connection(&self) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new();
        let options = match &self.file {
            Some(file) => options.filename(file),
            None => options.in_memory(true),
        };
        options.busy_timeout(BUSY_TIMEOUT).foreign_keys(true).synchronous(match self.synchronous {
            Synchronous::Off => SqliteSynchronous::Off,
            Synchronous::Normal => SqliteSynchronous::Normal,
            Synchronous::Full => SqliteSynchronous::Full,
        })
    }

    pub(super) fn file(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(":memory:"))
    }
}

/// Connects, and retries for up to 5 seconds while another process has locked the file.
///
/// Turning on the write-ahead log needs an exclusive lock, for which SQLite does not
/// wait. Without the retries, if several processes started at the same time, some of them
/// would fail.
async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let started = std::time::Instant::now();
    loop {
        match options.connect().await {
            Err(error) if super::is_busy(&error) && started.elapsed() < BUSY_TIMEOUT => {
                // Not tokio's `sleep`, because a test may have paused tokio's clock.
                let pause = || std::thread::sleep(Duration::from_millis(10));
                let _ = tokio::task::spawn_blocking(pause).await;
            }
            connected => return connected,
        }
    }
}

/// The reason why a database was not opened.
#[derive(Debug)]
pub struct OpenError {
    file: Option<PathBuf>,
    error: sqlx::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or(Path::new(":memory:"));
        write!(f, "cannot open the database `{}`: ", file.display())?;
        f.write_str(&advice(file, &self.error))
    }
}

/// Returns advice for fixing the error. Without advice, returns the text of the error.
pub(crate) fn advice(file: &Path, error: &sqlx::Error) -> String {
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        return format!("create the directory `{}` first", directory.display());
    }
    if file.is_dir() {
        return "the path is a directory: pass the path of a file".to_owned();
    }
    let message = error.as_database_error().map(|error| error.message());
    match (super::code(error), message) {
        (Some(14), Some(message)) => {
            format!("{message}: allow this process to write to the file and its directory")
        }
        (Some(26), _) => {
            "the file is not a SQLite database: pass the path of another file".to_owned()
        }
        _ => error.to_string(),
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

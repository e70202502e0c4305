//! How a database is opened.

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

use crate::db::standstill::Standstill;
use crate::db::{Db, DbInner, PATIENCE};
use crate::telemetry::query_tracker;

/// How a database is opened: with a write-ahead log (WAL), a wait of 5 seconds
/// for other processes, foreign keys that hold on every connection, and
/// [`Synchronous::Normal`].
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
    /// None: it is in memory.
    file: Option<PathBuf>,
    synchronous: Synchronous,
    readers: u32,
    paused_clock: bool,
}

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// Nothing. A power failure can destroy the database.
    Off,
    /// That the operating system has it. What is committed outlives this
    /// process, however it ends; a power failure may undo the last commits, and
    /// never half of one.
    #[default]
    Normal,
    /// That the disk has it. No commit is undone, and each takes as long as the
    /// disk does.
    Full,
}

impl DbOptions {
    /// A file, which is made when there is none.
    pub fn new(file: impl AsRef<Path>) -> Self {
        Self::of(Some(file.as_ref().to_owned()))
    }

    /// A database of this process's memory, gone with its last handle. It has one
    /// connection, on which queries that read wait for their turn as well.
    pub fn in_memory() -> Self {
        Self::of(None)
    }

    fn of(file: Option<PathBuf>) -> Self {
        Self { file, synchronous: Synchronous::default(), readers: 8, paused_clock: false }
    }

    /// What a commit waits for; [`Synchronous::Normal`] unless told.
    #[must_use]
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How many queries may read at a time, 8 unless told; others wait. Each has a
    /// thread and a cache of 2 MB at most.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// For tests with `#[tokio::test(start_paused = true)]`: [`Db::now`] is
    /// tokio's clock, and it stands still while a query runs. Else it goes on by
    /// itself whenever a test waits for SQLite, and every timeout is over.
    #[must_use]
    pub fn paused_clock(mut self) -> Self {
        self.paused_clock = true;
        self
    }

    /// Opens it.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made, or is no database.
    pub async fn open(self) -> Result<Db, OpenError> {
        query_tracker::enable();
        let failed = |error| OpenError { file: self.file.clone(), error };
        let standstill = Standstill::new(self.paused_clock);
        // The writer first: it makes the file, and turns on the log.
        let options = self.connection().create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let writer = connect(&options).await.map_err(failed)?;
        let readers = match &self.file {
            None => None,
            Some(_) => {
                let pool = SqlitePoolOptions::new()
                    .max_connections(self.readers)
                    // A file does not go away as a server does.
                    .test_before_acquire(false)
                    .max_lifetime(None);
                let options = self.connection().pragma("query_only", "ON");
                Some(pool.connect_with(options).await.map_err(failed)?)
            }
        };
        drop(standstill);
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
        options.busy_timeout(PATIENCE).foreign_keys(true).synchronous(match self.synchronous {
            Synchronous::Off => SqliteSynchronous::Off,
            Synchronous::Normal => SqliteSynchronous::Normal,
            Synchronous::Full => SqliteSynchronous::Full,
        })
    }

    /// Its name, for people.
    pub(super) fn file(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(":memory:"))
    }
}

/// Who turns on the log needs the file for themselves, and SQLite does not wait
/// for that: of processes that start at once all but one would fail.
async fn connect(options: &SqliteConnectOptions) -> sqlx::Result<SqliteConnection> {
    let started = std::time::Instant::now();
    loop {
        match options.connect().await {
            Err(error) if super::is_busy(&error) && started.elapsed() < PATIENCE => {
                // Not with tokio's clock: it may be a test's, and stand still.
                let pause = || std::thread::sleep(Duration::from_millis(10));
                let _ = tokio::task::spawn_blocking(pause).await;
            }
            connected => return connected,
        }
    }
}

/// Why a database was not opened.
#[derive(Debug)]
pub struct OpenError {
    file: Option<PathBuf>,
    error: sqlx::Error,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or(Path::new(":memory:"));
        write!(f, "the database `{}` cannot be opened: ", file.display())?;
        f.write_str(&advice(file, &self.error))
    }
}

/// Why a file was not opened, as what to do about it.
pub(crate) fn advice(file: &Path, error: &sqlx::Error) -> String {
    let directory = file.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        return format!("make the directory `{}` first", directory.display());
    }
    if file.is_dir() {
        return "it is a directory, name a file in it".to_owned();
    }
    let message = error.as_database_error().map(|error| error.message());
    match (super::code(error), message) {
        (Some(14), Some(message)) => format!("let this process write there ({message})"),
        (Some(26), _) => "it is no SQLite database, name another file".to_owned(),
        _ => error.to_string(),
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

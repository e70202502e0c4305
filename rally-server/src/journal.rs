//! The journal: a record of requests and responses in a separate SQLite file.

mod flush_policy;
mod rows;
mod store;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::config::BootError;
use crate::config::Environment;
use crate::db::clock_hold::ClockHold;
use crate::db::open::advice;
use crate::telemetry::recorder::{RecordedMessage, Recorder};
use store::JournalStore;
use writer::{Flush, JournalWriter};

/// A record of the messages of an app, in a SQLite file apart from the app's data.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let file = directory.path().join("system.db");
/// use rally_server::app::App;
/// use rally_server::journal::Journal;
/// use rally_server::testing::TestApp;
///
/// // In an app: Journal::open("system.db")
/// let journal = Journal::open(&file).await?;
/// let app = TestApp::new(App::new(()).journal(journal.clone()), &[]);
/// app.post("/rpc", vec![0x96, 0, 1, 0xa1, b'x', 0, 0xc0, 0xc0]).await;
///
/// journal.flush().await; // for the test: a batch is written every 100 ms
/// # use sqlx::ConnectOptions;
/// let mut db = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).connect().await?;
/// let select = "SELECT direction, variant FROM messages ORDER BY id";
/// let rows: Vec<(String, String)> = sqlx::query_as(select).fetch_all(&mut db).await?;
/// let row = |direction: &str, variant: &str| (direction.to_owned(), variant.to_owned());
/// assert_eq!(rows, [row("to_server", "x"), row("to_client", "x unknown")]);
/// # Ok(())
/// # }
/// ```
///
/// # The file
///
/// The file has one table, `messages`:
///
/// | column | |
/// |---|---|
/// | `id` | number in the order of writing |
/// | `timestamp` | Unix seconds |
/// | `session_id` | first 16 of the session id's 32 digits: enough to identify the session, too few to take over the session. Empty without a session |
/// | `user_id` | result of [`Auth::user_id`](crate::auth::Auth::user_id) |
/// | `page` | name of the page that sent the message, or that the message is about |
/// | `direction` | `to_server`, `to_client` or `broadcast` |
/// | `variant` | name of the message, such as `shop::Order`. For an enum with the variant: `shop::Order::Express`. For a response with the outcome: `shop::Order Ok`, `shop::Order Err`, or the reason of a refusal, as in `shop::Order denied` |
/// | `payload` | message in MessagePack. Null without [`payloads`](Self::payloads) |
/// | `size` | size in bytes. For a request: of the frame, of the posted form, or of the page's path and query. For a response: of the frame or the document |
/// | `elapsed_ms` | for a response: milliseconds since the request arrived, with fractions |
///
/// If a request is refused before it is decoded, its content is not stored. The paths of
/// pages are never stored, because they may contain secrets.
///
/// # Cost
///
/// Requests do not wait for the journal: messages are queued, and a task writes them in
/// batches, about every 100 ms. A message is dropped if the queue is full, or if it cannot
/// be written, for example because the disk is full. Dropped messages are reported in
/// the log, and in a row whose `variant` is, for 12 messages, `rally::journal lost 12`.
/// The journal continues when there is space again.
///
/// Commits do not wait for the disk (`synchronous = OFF`): a power failure may
/// corrupt the file. In this case, delete the file: it contains no data of the app.
#[derive(Clone)]
pub struct Journal {
    file: Arc<Path>,
    settings: JournalSettings,
    shared: Arc<JournalInner>,
}

#[derive(Debug, Clone, Copy)]
struct JournalSettings {
    max_age: Duration,
    max_size: u64,
    capacity: usize,
    has_payloads: bool,
}

struct JournalInner {
    /// `None` after the app has started: then the writer has the connection.
    connection: Mutex<Option<SqliteConnection>>,
    runtime: Handle,
    queue: OnceLock<JournalQueue>,
    lost: Arc<AtomicU64>,
}

struct JournalQueue {
    messages: mpsc::Sender<RecordedMessage>,
    flushes: mpsc::UnboundedSender<Flush>,
}

impl Journal {
    /// Opens a journal file, and creates it if it does not exist.
    ///
    /// The directory of the file must exist.
    ///
    /// # Errors
    ///
    /// If the file cannot be opened or created, is not a SQLite database, or has a table
    /// that is not part of a journal.
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime.
    pub async fn open(file: impl AsRef<Path>) -> Result<Self, JournalError> {
        let file: Arc<Path> = file.as_ref().into();
        let connection = JournalStore::connect(&file)
            .await
            .map_err(|error| JournalError { file: file.to_path_buf(), error })?;
        let settings = JournalSettings {
            max_age: Duration::from_secs(7 * 24 * 60 * 60),
            max_size: 64 << 20,
            capacity: 4096,
            has_payloads: false,
        };
        let shared = JournalInner {
            connection: Mutex::new(Some(connection)),
            runtime: Handle::current(),
            queue: OnceLock::new(),
            lost: Arc::default(),
        };
        Ok(Self { file, settings, shared: Arc::new(shared) })
    }

    /// Sets the maximum age of a message. The default is 7 days.
    ///
    /// Older messages are removed within a minute. While no messages are written, they
    /// are removed within an hour.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = age;
        self
    }

    /// Sets the maximum size of the file and its write-ahead log, in bytes.
    ///
    /// The default is 64 MiB, the minimum 256 KiB. Before the file reaches its limit, the
    /// oldest messages are removed. The write-ahead log may use up to an eighth of this
    /// size. For a moment, or while another program keeps a read transaction open, the log
    /// may be larger.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.settings.max_size = bytes;
        self
    }

    /// Sets the maximum number of queued messages. The default is 4096.
    ///
    /// At most about this number of messages is written per 100 ms, so that the journal
    /// leaves processor time to the app. A call has two messages, its request and its
    /// response, of about 200 bytes each.
    #[must_use]
    pub fn capacity(mut self, messages: usize) -> Self {
        self.settings.capacity = messages.max(1);
        self
    }

    /// Stores the content of messages too, for development.
    ///
    /// With this setting, the app does not start in production.
    ///
    /// The following are stored as `"[redacted]"`: fields with `#[wire(secret)]`,
    /// fields whose name suggests a secret, and opaque fields, which serde encodes. A
    /// payload longer than 16 KiB is cut, and ends with the text `[cut]`.
    #[must_use]
    pub fn payloads(mut self) -> Self {
        self.settings.has_payloads = true;
        self
    }

    /// Waits until all messages recorded so far are written or dropped.
    ///
    /// A server flushes its journal when it shuts down.
    pub async fn flush(&self) {
        let Some(queue) = self.shared.queue.get() else { return };
        // Keeps the paused clock of a test from advancing until the messages are written.
        let _clock_hold = ClockHold::new(true);
        let (flush, flushed) = oneshot::channel();
        if queue.flushes.send(flush).is_ok() {
            // An error means that the writer has ended.
            let _ = flushed.await;
        }
    }

    /// Returns the number of messages dropped since the journal was opened.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Relaxed)
    }
}

impl Recorder for Journal {
    fn start(&self, environment: Environment) -> Result<(), BootError> {
        if self.settings.has_payloads && environment.is_production() {
            return Err(BootError::new(
                "the journal must not store payloads in production: remove `.payloads()`, or call \
                 it only if `!Environment::current().is_production()`",
            ));
        }
        let mut connection = self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // If the connection is missing, another app with this journal has started the writer.
        let Some(connection) = connection.take() else { return Ok(()) };
        let JournalSettings { max_age, max_size, capacity, .. } = self.settings;
        let (messages, received) = mpsc::channel(capacity);
        let (flushes, flush_requests) = mpsc::unbounded_channel();
        let (file, lost) = (self.file.clone(), self.shared.lost.clone());
        self.shared.runtime.spawn(async move {
            match JournalStore::new(connection, max_age, max_size).await {
                Ok(store) => JournalWriter::new(store, received, flush_requests, lost).run().await,
                Err(error) => {
                    tracing::error!(%error, file = %file.display(), "cannot start the journal")
                }
            }
        });
        self.shared.queue.get_or_init(|| JournalQueue { messages, flushes });
        Ok(())
    }

    fn record(&self, message: RecordedMessage) {
        let Some(queue) = self.shared.queue.get() else { return };
        if queue.messages.try_send(message).is_err() {
            self.shared.lost.fetch_add(1, Relaxed);
        }
    }

    fn wants_payloads(&self) -> bool {
        self.settings.has_payloads
    }

    fn flush(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.flush())
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, settings, .. } = self;
        f.debug_struct("Journal").field("file", file).field("settings", settings).finish()
    }
}

/// The reason why a journal was not opened.
#[derive(Debug)]
pub struct JournalError {
    file: PathBuf,
    error: sqlx::Error,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open the journal `{}`: ", self.file.display())?;
        f.write_str(&advice(&self.file, &self.error))
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions;
    use sqlx::sqlite::SqliteConnectOptions;

    use super::*;
    use crate::app::App;
    use crate::server::shutdown;

    /// A journal removes old rows, and its commits do not wait for the disk. So it must not
    /// use the app's database.
    #[tokio::test]
    async fn the_apps_database_is_refused_as_a_journal() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("shop.db");
        let db = crate::db::Db::open(&file).await.unwrap();
        sqlx::query("CREATE TABLE item (name TEXT)").execute(db.write()).await.unwrap();
        let error = Journal::open(&file).await.err().unwrap().to_string();
        let expected = format!(
            "cannot open the journal `{}`: the file has a table `item` that is not part of a \
             journal: use a separate file for the journal",
            file.display()
        );
        assert_eq!(error, expected);
        let tables = sqlx::query("SELECT * FROM sqlite_schema").fetch_all(db.read()).await;
        assert_eq!(tables.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_stopping_server_writes_its_last_messages() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("index.html"), "<div id=\"app\"></div>").unwrap();
        let file = directory.path().join("system.db");
        let journal = Journal::open(&file).await.unwrap();
        let app = App::new(()).dist(directory.path()).journal(journal.clone());
        let app = app.start((&[]).into()).unwrap();
        let lifecycle = app.lifecycle().clone();
        lifecycle.spawn({
            let lifecycle = lifecycle.clone();
            async move {
                lifecycle.stopping().await;
                journal.record(RecordedMessage::broadcast(7, "shop::Last", None, 9, None));
            }
        });
        lifecycle.stop();
        lifecycle.drain().await;
        shutdown::flush(&app).await;
        let mut db = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
        let select = sqlx::query_scalar("SELECT variant FROM messages");
        let written: Vec<String> = select.fetch_all(&mut db).await.unwrap();
        assert_eq!(written, ["shop::Last"]);
    }
}

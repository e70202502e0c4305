//! The journal: what went in and out, in a SQLite file of its own.

mod flush_policy;
mod rows;
mod store;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sqlx::sqlite::SqliteConnection;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::config::BootError;
use crate::config::Environment;
use crate::db::open::advice;
use crate::db::standstill::Standstill;
use crate::telemetry::recorder::{RecordedMessage, Recorder};
use store::JournalStore;
use writer::{Flush, JournalWriter};

/// What goes in and out of an app, in a file of its own beside the app's data:
/// who asked what when, from which page, and how long the answer took.
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
/// app.post("/rpc", vec![0x95, 0, 1, 0xa1, b'x', 0, 0xc0]).await;
///
/// journal.flush().await; // for a test: it is written within 100 ms by itself
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
/// Its one table is `messages`:
///
/// | column | |
/// |---|---|
/// | `id` | in the order of writing |
/// | `timestamp` | unix seconds |
/// | `session_id` | the first 16 of the session's 32 digits: enough to find one, too few to be taken for it. Empty where there is none |
/// | `user_id` | what [`Auth::user_id`](crate::auth::Auth::user_id) says |
/// | `page` | the name of the page it came from, or is about |
/// | `direction` | `to_server`, `to_client` or `broadcast` |
/// | `variant` | `shop::Order`, for an enum `shop::Order::Express`; of an answer `shop::Order Ok`, `Err`, or why it was refused, as `denied` |
/// | `payload` | with [`payloads`](Self::payloads), the message in MessagePack |
/// | `size` | bytes: of a frame, of a page's path and query, of a document |
/// | `elapsed_ms` | of an answer: since the request came, with fractions |
///
/// The name of what was asked is kept, and never more of a request that was
/// refused before it was read. Neither are paths, in which there may be secrets.
///
/// # What it costs
///
/// Nobody waits for it: a message goes into a queue, and a task writes those of
/// 100 ms together. What finds no place in the queue, and what cannot be written
/// because the disk is full, is lost; the log says so, and a row
/// `rally::journal lost 12`. It goes on when there is room again.
///
/// Its commits do not wait for the disk (`synchronous = OFF`): after a power
/// failure the file may be broken. It is to be removed then, and nothing of the
/// app's is in it.
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
    /// Until the app starts.
    connection: Mutex<Option<SqliteConnection>>,
    /// Where the writer runs.
    runtime: Handle,
    /// Since the app has started.
    queue: OnceLock<JournalQueue>,
    lost: Arc<AtomicU64>,
}

/// What the writer listens to.
struct JournalQueue {
    messages: mpsc::Sender<RecordedMessage>,
    flushes: mpsc::UnboundedSender<Flush>,
}

impl Journal {
    /// Opens a file, which is made when there is none; its directory has to be
    /// there.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or made, is another kind of file,
    /// or a database with tables of others.
    ///
    /// # Panics
    ///
    /// When there is no tokio runtime.
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

    /// How old a message gets, 7 days unless told. It is removed within a minute
    /// after that, or within an hour while there are no others.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = age;
        self
    }

    /// How large the file gets, in bytes with its log: 64 MiB unless told, and
    /// 256 KiB at least. Beyond, the oldest messages are removed. The log is an
    /// eighth of it, and may for a moment be longer; and for as long as another
    /// program reads the file without end.
    #[must_use]
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.settings.max_size = bytes;
        self
    }

    /// How many messages wait to be written, 4096 unless told: as many are
    /// written in 100 ms at most, so that the journal does not take the processor
    /// from the app. A call is two messages, of about 200 bytes each.
    #[must_use]
    pub fn capacity(mut self, messages: usize) -> Self {
        self.settings.capacity = messages.max(1);
        self
    }

    /// Keeps the messages themselves, too: for development. In production the
    /// app does not start with it.
    ///
    /// Fields that are marked with `#[wire(secret)]`, those whose name tells of a
    /// secret, and what serde writes for an attribute are `"[redacted]"`. What
    /// is longer than 16 KiB is cut, and ends with the text `[cut]`.
    #[must_use]
    pub fn payloads(mut self) -> Self {
        self.settings.has_payloads = true;
        self
    }

    /// Waits until all messages so far are written, or lost. A server that stops
    /// does so itself.
    pub async fn flush(&self) {
        let Some(queue) = self.shared.queue.get() else { return };
        // The clock of a test does not go on meanwhile.
        let _standstill = Standstill::new(true);
        let (flush, flushed) = oneshot::channel();
        if queue.flushes.send(flush).is_ok() {
            // Without a writer nothing is written any more.
            let _ = flushed.await;
        }
    }

    /// How many messages were lost since it was opened: the queue was full, or
    /// the file could not be written.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Relaxed)
    }
}

impl Recorder for Journal {
    fn start(&self, environment: Environment) -> Result<(), BootError> {
        if self.settings.has_payloads && environment.is_production() {
            return Err(BootError::new(
                "the journal would keep what people send, in production: remove `.payloads()`, or \
                 write `if !Environment::current().is_production()` around it",
            ));
        }
        let mut connection = self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Of two apps with one journal the first has begun.
        let Some(connection) = connection.take() else { return Ok(()) };
        let JournalSettings { max_age, max_size, capacity, .. } = self.settings;
        let (messages, received) = mpsc::channel(capacity);
        let (flushes, asked) = mpsc::unbounded_channel();
        let (file, lost) = (self.file.clone(), self.shared.lost.clone());
        self.shared.runtime.spawn(async move {
            match JournalStore::new(connection, max_age, max_size).await {
                Ok(store) => JournalWriter::new(store, received, asked, lost).run().await,
                Err(error) => {
                    tracing::error!(%error, file = %file.display(), "there is no journal")
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

    fn flush(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(self.flush())
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, settings, .. } = self;
        f.debug_struct("Journal").field("file", file).field("settings", settings).finish()
    }
}

/// Why a journal was not opened.
#[derive(Debug)]
pub struct JournalError {
    file: PathBuf,
    error: sqlx::Error,
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the journal `{}` cannot be opened: ", self.file.display())?;
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

    /// Its rows are removed, and its commits do not wait for the disk.
    #[tokio::test]
    async fn the_apps_database_is_no_journal() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("shop.db");
        let db = crate::db::Db::open(&file).await.unwrap();
        sqlx::query("CREATE TABLE item (name TEXT)").execute(db.write()).await.unwrap();
        let error = Journal::open(&file).await.err().unwrap().to_string();
        let expected = format!(
            "the journal `{}` cannot be opened: it has a table `item`, which is not the \
             journal's: give the journal a file of its own",
            file.display()
        );
        assert_eq!(error, expected);
        let tables = sqlx::query("SELECT * FROM sqlite_schema").fetch_all(db.read()).await;
        assert_eq!(tables.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_server_that_stops_has_written_what_came_until_the_end() {
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

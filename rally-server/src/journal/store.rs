//! The journal's file: messages as rows, and not more of them than there is
//! room for.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::rows::Rows;
use crate::telemetry::recorder::RecordedMessage;

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS messages (
        id INTEGER PRIMARY KEY,
        timestamp INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        user_id TEXT,
        page TEXT,
        direction TEXT NOT NULL CHECK (direction IN ('to_server', 'to_client', 'broadcast')),
        variant TEXT NOT NULL,
        payload BLOB,
        size INTEGER NOT NULL,
        elapsed_ms REAL
    );
    CREATE INDEX IF NOT EXISTS messages_timestamp ON messages (timestamp);
    CREATE INDEX IF NOT EXISTS messages_session ON messages (session_id);
";

/// The size of a page in a file that is made here, in bytes.
const PAGE: u64 = 4096;

/// SQLite's own, and enough: the log is this long before it is copied.
const LONGEST_LOG: u64 = 1000;

/// How many rows are removed at once.
const REMOVED: u32 = 4096;

/// How many pages are given back to the system at once.
const GIVEN_BACK: u32 = 1024;

pub(super) struct JournalStore {
    connection: SqliteConnection,
    rows: Rows,
    /// How old a message gets.
    max_age: Duration,
    /// How many pages there may be in use.
    most: i64,
}

impl JournalStore {
    pub(super) async fn connect(file: &Path) -> sqlx::Result<SqliteConnection> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .page_size(PAGE as u32)
            .busy_timeout(Duration::from_secs(5))
            .journal_mode(SqliteJournalMode::Wal)
            // Whoever counts on the last second's messages after a power failure
            // has another log. Until then, nothing waits for the disk.
            .synchronous(SqliteSynchronous::Off);
        let mut connection = options.connect().await?;
        let others = "SELECT name FROM sqlite_schema WHERE type = 'table'
                          AND name <> 'messages' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        if let Some(other) =
            sqlx::query_scalar::<_, String>(others).fetch_optional(&mut connection).await?
        {
            return Err(sqlx::Error::InvalidArgument(format!(
                "it has a table `{other}`, which is not the journal's: give the journal a file of \
                 its own"
            )));
        }
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        Ok(connection)
    }

    /// Holds the file to its size, in bytes: it and its log.
    pub(super) async fn new(
        mut connection: SqliteConnection,
        max_age: Duration,
        max_size: u64,
    ) -> sqlx::Result<Self> {
        let page = pragma(&mut connection, "page_size").await?.max(512) as u64;
        let pages = (max_size / page).max(64);
        let log = (pages / 8).min(LONGEST_LOG);
        let most = pages - log;
        let held = format!(
            "PRAGMA wal_autocheckpoint = {log}; PRAGMA journal_size_limit = {}; \
             PRAGMA max_page_count = {most}",
            log * page
        );
        sqlx::raw_sql(AssertSqlSafe(held)).execute(&mut connection).await?;
        Ok(Self { connection, rows: Rows::new(), max_age, most: most as i64 })
    }

    /// Writes all of them or none, in one transaction.
    pub(super) async fn write(&mut self, messages: &[RecordedMessage]) -> sqlx::Result<()> {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        let written = self.rows.insert(messages, &mut self.connection).await;
        let ended = match written {
            Ok(()) => sqlx::query("COMMIT").execute(&mut self.connection).await.map(drop),
            Err(error) => Err(error),
        };
        if ended.is_err() {
            // A file that is full may have ended it already.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        }
        ended
    }

    /// Removes what is too old, and the oldest of what is too much: a part of it,
    /// so that nobody waits long. Says whether that was enough.
    pub(super) async fn make_room(&mut self, now: i64) -> sqlx::Result<bool> {
        let max_age = i64::try_from(self.max_age.as_secs()).unwrap_or(i64::MAX);
        let old = sqlx::query(
            "DELETE FROM messages WHERE id IN
                 (SELECT id FROM messages WHERE timestamp < ? ORDER BY timestamp LIMIT ?)",
        );
        let old = old.bind(now.saturating_sub(max_age)).bind(REMOVED);
        let removed = old.execute(&mut self.connection).await?.rows_affected();
        let is_over = self.used().await? > self.most - self.most / 8;
        if is_over {
            self.remove_oldest().await?;
        }
        let free = pragma(&mut self.connection, "freelist_count").await?;
        // What is written next needs a part of it again.
        if free > self.most / 4 {
            let give = format!("PRAGMA incremental_vacuum({GIVEN_BACK})");
            sqlx::raw_sql(AssertSqlSafe(give)).execute(&mut self.connection).await?;
        }
        Ok(!is_over && removed < u64::from(REMOVED))
    }

    /// Removes a part of the messages, the oldest. Says whether there were any.
    pub(super) async fn remove_oldest(&mut self) -> sqlx::Result<bool> {
        let oldest = sqlx::query(
            "DELETE FROM messages WHERE id <=
                 (SELECT min(id) + min((max(id) - min(id)) / 16, ?) FROM messages)",
        );
        let oldest = oldest.bind(REMOVED).execute(&mut self.connection).await?;
        Ok(oldest.rows_affected() > 0)
    }

    /// Ends, so that the log is copied and removed.
    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.connection.close().await
    }

    /// How many pages hold something.
    async fn used(&mut self) -> sqlx::Result<i64> {
        let all = pragma(&mut self.connection, "page_count").await?;
        Ok(all - pragma(&mut self.connection, "freelist_count").await?)
    }
}

/// Whether a file has no room, be it its own or the disk's.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    // SQLITE_FULL
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "13")
}

async fn pragma(connection: &mut SqliteConnection, name: &str) -> sqlx::Result<i64> {
    let pragma = AssertSqlSafe(format!("PRAGMA {name}"));
    sqlx::query_scalar(pragma).fetch_one(connection).await
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use sqlx::Row;

    use super::*;
    use crate::telemetry::recorder::Direction;

    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    async fn opened(
        directory: &tempfile::TempDir,
        max_age: Duration,
        max_size: u64,
    ) -> JournalStore {
        let connection = JournalStore::connect(&file(directory)).await.unwrap();
        JournalStore::new(connection, max_age, max_size).await.unwrap()
    }

    fn file(directory: &tempfile::TempDir) -> PathBuf {
        directory.path().join("system.db")
    }

    /// How large it is with its log, in bytes.
    fn size(directory: &tempfile::TempDir) -> [u64; 2] {
        let of =
            |name: &str| std::fs::metadata(directory.path().join(name)).map_or(0, |it| it.len());
        [of("system.db"), of("system.db-wal")]
    }

    fn message(at: i64) -> RecordedMessage {
        RecordedMessage {
            at,
            session: Some("00112233445566778899aabbccddeeff".parse().unwrap()),
            user: Some(Arc::from("7")),
            page: Some("shop::pages::Basket"),
            direction: Direction::ToClient,
            name: "shop::Order".into(),
            variant: Some("Ok"),
            size: 123,
            payload: Some(vec![0xc0]),
            elapsed: Some(Duration::from_micros(1500)),
        }
    }

    async fn count(store: &mut JournalStore) -> i64 {
        let count = sqlx::query_scalar("SELECT count(*) FROM messages");
        count.fetch_one(&mut store.connection).await.unwrap()
    }

    async fn texts(store: &mut JournalStore, select: &'static str) -> Vec<String> {
        let all = sqlx::query(select).fetch_all(&mut store.connection).await.unwrap();
        let text = |row: &sqlx::sqlite::SqliteRow, index| {
            row.try_get::<Option<String>, _>(index).unwrap().unwrap_or_else(|| "NULL".to_owned())
        };
        let line = |row| (0..Row::len(row)).map(|index| text(row, index)).collect::<Vec<_>>();
        all.iter().map(|row| line(row).join("|")).collect()
    }

    #[tokio::test]
    async fn the_file_is_opened_as_a_log_of_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let mode = "SELECT journal_mode FROM pragma_journal_mode";
        assert_eq!(texts(&mut store, mode).await, ["wal"]);
        let numbers = [("synchronous", 0), ("busy_timeout", 5000), ("auto_vacuum", 2)];
        for (name, value) in numbers {
            assert_eq!(pragma(&mut store.connection, name).await.unwrap(), value, "{name}");
        }
        let indexes = "SELECT name FROM sqlite_master WHERE type = 'index' ORDER BY name";
        assert_eq!(texts(&mut store, indexes).await, ["messages_session", "messages_timestamp"]);
    }

    #[tokio::test]
    async fn every_column_of_a_message() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let came = RecordedMessage {
            direction: Direction::ToServer,
            variant: None,
            user: None,
            page: None,
            session: None,
            payload: None,
            elapsed: None,
            ..message(7)
        };
        let variant = RecordedMessage { variant: Some("Express"), ..came.clone() };
        store.write(&[message(1_700_000_000), came, variant]).await.unwrap();
        let select = "SELECT CAST(id AS TEXT), CAST(timestamp AS TEXT), session_id, user_id, page,
                          direction, variant, hex(payload), CAST(size AS TEXT),
                          CAST(elapsed_ms AS TEXT) FROM messages ORDER BY id";
        assert_eq!(
            texts(&mut store, select).await,
            [
                "1|1700000000|0011223344556677|7|shop::pages::Basket|to_client|shop::Order Ok|C0|123|1.5",
                "2|7||NULL|NULL|to_server|shop::Order||123|NULL",
                "3|7||NULL|NULL|to_server|shop::Order::Express||123|NULL",
            ]
        );
    }

    #[tokio::test]
    async fn a_broadcast_is_of_no_session_and_nobody() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let broadcast = RecordedMessage::broadcast(7, "shop::News", Some("Sale"), 9, Some(vec![1]));
        store.write(&[broadcast]).await.unwrap();
        let select = "SELECT session_id, user_id, direction, variant, hex(payload) FROM messages";
        assert_eq!(texts(&mut store, select).await, ["|NULL|broadcast|shop::News::Sale|01"]);
    }

    #[tokio::test]
    async fn batches_of_every_size() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let mut expected = 0;
        for many in [0, 1, 3, 4, 37, 255, 256, 257, 300] {
            let messages: Vec<_> = (0..many).map(message).collect();
            store.write(&messages).await.unwrap();
            expected += many;
            assert_eq!(count(&mut store).await, expected);
        }
    }

    #[tokio::test]
    async fn what_is_too_old_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 24).await;
        let week = WEEK.as_secs() as i64;
        let messages: Vec<_> = (0..6000).map(|index| message(index / 1000)).collect();
        store.write(&messages).await.unwrap();
        assert!(!store.make_room(week + 5).await.unwrap(), "there is more than is removed at once");
        assert!(store.make_room(week + 5).await.unwrap());
        assert_eq!(count(&mut store).await, 1000);
        assert!(store.make_room(week + 5).await.unwrap());
        assert_eq!(count(&mut store).await, 1000);
    }

    #[tokio::test]
    async fn the_file_stays_within_its_size_and_keeps_the_newest() {
        let directory = tempfile::tempdir().unwrap();
        let limit = 1 << 20;
        let mut store = opened(&directory, WEEK, limit).await;
        let mut largest = 0;
        for batch in 0..120 {
            let messages: Vec<_> = (0..256).map(|index| message(batch * 256 + index)).collect();
            store.write(&messages).await.unwrap();
            store.make_room(0).await.unwrap();
            largest = largest.max(size(&directory).iter().sum());
        }
        // SQLite itself does not let the file grow; its log does once beyond.
        assert!(size(&directory)[0] <= limit * 7 / 8, "{:?}", size(&directory));
        assert!(largest <= limit * 3 / 2, "{largest}");
        let [oldest, newest] = [
            "SELECT CAST(min(timestamp) AS TEXT) FROM messages",
            "SELECT CAST(max(timestamp) AS TEXT) FROM messages",
        ];
        assert_eq!(texts(&mut store, newest).await, ["30719"]);
        let kept = count(&mut store).await;
        assert_eq!(texts(&mut store, oldest).await, [(30_720 - kept).to_string()]);
        assert!(kept > 2000, "{kept}");
    }

    #[tokio::test]
    async fn a_file_that_was_larger_is_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 24).await;
        for _ in 0..40 {
            store.write(&(0..512).map(message).collect::<Vec<_>>()).await.unwrap();
        }
        store.close().await.unwrap();
        let before = size(&directory)[0];
        assert!(before > 2 << 20, "{before}");
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        while !store.make_room(0).await.unwrap() {}
        store.make_room(0).await.unwrap();
        store.close().await.unwrap();
        let after = size(&directory);
        assert!(after[0] <= 5 << 18 && after[1] == 0, "{before} {after:?}");
    }

    #[tokio::test]
    async fn without_room_nothing_is_written_and_with_room_again_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let used = pragma(&mut store.connection, "page_count").await.unwrap();
        let full = AssertSqlSafe(format!("PRAGMA max_page_count = {used}"));
        sqlx::raw_sql(full).execute(&mut store.connection).await.unwrap();
        let messages: Vec<_> = (0..300).map(message).collect();
        let error = store.write(&messages).await.unwrap_err();
        assert!(is_full(&error), "{error:?}");
        assert_eq!(count(&mut store).await, 0, "all of them or none");
        assert!(!store.remove_oldest().await.unwrap());
        let more = "PRAGMA max_page_count = 200";
        sqlx::raw_sql(more).execute(&mut store.connection).await.unwrap();
        store.write(&messages).await.unwrap();
        assert_eq!(count(&mut store).await, 300);
    }
}

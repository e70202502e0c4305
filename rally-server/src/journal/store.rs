//! The journal's file and its retention by age and size.

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

const PAGE: u64 = 4096;

/// Maximum number of pages in the write-ahead log before a checkpoint. This is SQLite's
/// default.
const MAX_WAL_PAGES: u64 = 1000;

const DELETE_BATCH: u32 = 4096;

const VACUUM_PAGES: u32 = 1024;

pub(super) struct JournalStore {
    connection: SqliteConnection,
    rows: Rows,
    max_age: Duration,
    max_pages: i64,
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
            // Commits do not wait for the disk. A power failure may corrupt the file.
            .synchronous(SqliteSynchronous::Off);
        let mut connection = options.connect().await?;
        let others = "SELECT name FROM sqlite_schema WHERE type = 'table'
                          AND name <> 'messages' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
        if let Some(other) =
            sqlx::query_scalar::<_, String>(others).fetch_optional(&mut connection).await?
        {
            return Err(sqlx::Error::InvalidArgument(format!(
                "the file has a table `{other}` that is not part of a journal: use a separate file \
                 for the journal"
            )));
        }
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        Ok(connection)
    }

    pub(super) async fn new(
        mut connection: SqliteConnection,
        max_age: Duration,
        max_size: u64,
    ) -> sqlx::Result<Self> {
        let page = pragma(&mut connection, "page_size").await?.max(512) as u64;
        let pages = (max_size / page).max(64);
        let log = (pages / 8).min(MAX_WAL_PAGES);
        let max_pages = pages - log;
        let limits = format!(
            "PRAGMA wal_autocheckpoint = {log}; PRAGMA journal_size_limit = {}; \
             PRAGMA max_page_count = {max_pages}",
            log * page
        );
        sqlx::raw_sql(AssertSqlSafe(limits)).execute(&mut connection).await?;
        Ok(Self { connection, rows: Rows::new(), max_age, max_pages: max_pages as i64 })
    }

    pub(super) async fn write(&mut self, messages: &[RecordedMessage]) -> sqlx::Result<()> {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await?;
        let written = self.rows.insert(messages, &mut self.connection).await;
        let ended = match written {
            Ok(()) => sqlx::query("COMMIT").execute(&mut self.connection).await.map(drop),
            Err(error) => Err(error),
        };
        if ended.is_err() {
            // Ignore the error: SQLite may have rolled back already, for example on a full disk.
            let _ = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
        }
        ended
    }

    /// Removes a limited number of messages that are too old. If the file is almost full,
    /// also removes some of the oldest messages. Returns `false` if more may have to be
    /// removed.
    pub(super) async fn apply_retention(&mut self, now: i64) -> sqlx::Result<bool> {
        let max_age = i64::try_from(self.max_age.as_secs()).unwrap_or(i64::MAX);
        let old = sqlx::query(
            "DELETE FROM messages WHERE id IN
                 (SELECT id FROM messages WHERE timestamp < ? ORDER BY timestamp LIMIT ?)",
        );
        let old = old.bind(now.saturating_sub(max_age)).bind(DELETE_BATCH);
        let removed = old.execute(&mut self.connection).await?.rows_affected();
        let is_over = self.used().await? > self.max_pages - self.max_pages / 8;
        if is_over {
            self.remove_oldest().await?;
        }
        let free = pragma(&mut self.connection, "freelist_count").await?;
        // Shrink the file, but keep some free pages for the next messages.
        if free > self.max_pages / 4 {
            let vacuum = format!("PRAGMA incremental_vacuum({VACUUM_PAGES})");
            sqlx::raw_sql(AssertSqlSafe(vacuum)).execute(&mut self.connection).await?;
        }
        Ok(!is_over && removed < u64::from(DELETE_BATCH))
    }

    /// Removes a part of the messages, the oldest first. Returns `false` if there are none.
    pub(super) async fn remove_oldest(&mut self) -> sqlx::Result<bool> {
        let oldest = sqlx::query(
            "DELETE FROM messages WHERE id <=
                 (SELECT min(id) + min((max(id) - min(id)) / 16, ?) FROM messages)",
        );
        let oldest = oldest.bind(DELETE_BATCH).execute(&mut self.connection).await?;
        Ok(oldest.rows_affected() > 0)
    }

    /// Closes the file. If no other connection is open, SQLite copies the write-ahead log
    /// into the file, and removes the log.
    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.connection.close().await
    }

    async fn used(&mut self) -> sqlx::Result<i64> {
        let all = pragma(&mut self.connection, "page_count").await?;
        Ok(all - pragma(&mut self.connection, "freelist_count").await?)
    }
}

/// Returns `true` if a write failed because the file has reached its limit or the disk is
/// full.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    // 13 is `SQLITE_FULL`.
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
    async fn the_file_is_opened_in_wal_mode_with_its_indexes() {
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
    async fn every_column_of_a_message_is_stored() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let request = RecordedMessage {
            direction: Direction::ToServer,
            variant: None,
            user: None,
            page: None,
            session: None,
            payload: None,
            elapsed: None,
            ..message(7)
        };
        let variant = RecordedMessage { variant: Some("Express"), ..request.clone() };
        store.write(&[message(1_700_000_000), request, variant]).await.unwrap();
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
    async fn a_broadcast_has_no_session_and_no_user() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let broadcast = RecordedMessage::broadcast(7, "shop::News", Some("Sale"), 9, Some(vec![1]));
        store.write(&[broadcast]).await.unwrap();
        let select = "SELECT session_id, user_id, direction, variant, hex(payload) FROM messages";
        assert_eq!(texts(&mut store, select).await, ["|NULL|broadcast|shop::News::Sale|01"]);
    }

    #[tokio::test]
    async fn batches_of_any_size_are_stored() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let mut expected = 0;
        for length in [0, 1, 3, 4, 37, 255, 256, 257, 300] {
            let messages: Vec<_> = (0..length).map(message).collect();
            store.write(&messages).await.unwrap();
            expected += length;
            assert_eq!(count(&mut store).await, expected);
        }
    }

    #[tokio::test]
    async fn messages_past_the_maximum_age_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 24).await;
        let week = WEEK.as_secs() as i64;
        let messages: Vec<_> = (0..6000).map(|index| message(index / 1000)).collect();
        store.write(&messages).await.unwrap();
        assert!(
            !store.apply_retention(week + 5).await.unwrap(),
            "one cleanup must not remove all old messages"
        );
        assert!(store.apply_retention(week + 5).await.unwrap());
        assert_eq!(count(&mut store).await, 1000);
        assert!(store.apply_retention(week + 5).await.unwrap());
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
            store.apply_retention(0).await.unwrap();
            largest = largest.max(size(&directory).iter().sum());
        }
        // SQLite limits the file itself. The write-ahead log may exceed its limit for a moment.
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
    async fn an_oversized_file_shrinks() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 24).await;
        for _ in 0..40 {
            store.write(&(0..512).map(message).collect::<Vec<_>>()).await.unwrap();
        }
        store.close().await.unwrap();
        let before = size(&directory)[0];
        assert!(before > 2 << 20, "{before}");
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        while !store.apply_retention(0).await.unwrap() {}
        store.apply_retention(0).await.unwrap();
        store.close().await.unwrap();
        let after = size(&directory);
        assert!(after[0] <= 5 << 18 && after[1] == 0, "{before} {after:?}");
    }

    #[tokio::test]
    async fn a_full_file_refuses_a_batch_until_there_is_space() {
        let directory = tempfile::tempdir().unwrap();
        let mut store = opened(&directory, WEEK, 1 << 20).await;
        let used = pragma(&mut store.connection, "page_count").await.unwrap();
        let full = AssertSqlSafe(format!("PRAGMA max_page_count = {used}"));
        sqlx::raw_sql(full).execute(&mut store.connection).await.unwrap();
        let messages: Vec<_> = (0..300).map(message).collect();
        let error = store.write(&messages).await.unwrap_err();
        assert!(is_full(&error), "{error:?}");
        assert_eq!(count(&mut store).await, 0, "a failed batch must write no message");
        assert!(!store.remove_oldest().await.unwrap());
        let more = "PRAGMA max_page_count = 200";
        sqlx::raw_sql(more).execute(&mut store.connection).await.unwrap();
        store.write(&messages).await.unwrap();
        assert_eq!(count(&mut store).await, 300);
    }
}

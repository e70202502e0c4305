//! Storage of the guestbook: a SQLite database and a directory of pictures.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use rally::db::{Db, Migrations};
use rally::jobs::JobExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::accounts::Account;
use crate::jobs::RemovePicture;
use crate::pages::home_::Entry;

/// The migrations of the guestbook's database.
pub const MIGRATIONS: Migrations = rally::migrations!("migrations");

const HOUR: Duration = Duration::from_secs(60 * 60);

pub struct Book {
    db: Db,
    pictures: PathBuf,
}

impl Book {
    /// Creates a guestbook. The migrations must have been applied to the database.
    pub fn new(db: Db, pictures: PathBuf) -> Self {
        Self { db, pictures }
    }

    /// Returns the latest 100 entries, of one account or of all, the newest first.
    pub async fn entries(&self, account: Option<i64>) -> sqlx::Result<Vec<Entry>> {
        let query = sqlx::query_as!(
            Entry,
            "SELECT entry.id, account.name AS author, entry.text, entry.picture
             FROM entry JOIN account ON account.id = entry.account
             WHERE ?1 IS NULL OR account.id = ?1
             ORDER BY entry.id DESC LIMIT 100",
            account
        );
        query.fetch_all(self.db.read()).await
    }

    /// Adds an entry and returns its id.
    pub async fn add(&self, by: i64, text: &str, picture: Option<&str>) -> sqlx::Result<i64> {
        let query = sqlx::query!(
            "INSERT INTO entry (account, text, picture) VALUES (?, ?, ?)",
            by,
            text,
            picture
        );
        Ok(query.execute(self.db.write()).await?.last_insert_rowid())
    }

    /// Removes an entry of this account. Returns `false` if the account has no such entry.
    pub async fn remove(&self, by: i64, id: i64) -> rally::Result<bool> {
        let mut tx = self.db.begin().await?;
        let query = sqlx::query!(
            "DELETE FROM entry WHERE id = ? AND account = ? RETURNING picture",
            id,
            by
        );
        let Some(removed) = query.fetch_optional(&mut tx).await? else { return Ok(false) };
        if let Some(name) = removed.picture {
            // Enqueued only if the transaction is committed.
            RemovePicture { name }.enqueue(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Stores a picture and returns its file name. Returns `None` if the data is not a picture.
    ///
    /// The file is removed after an hour, unless an entry uses it by then.
    pub async fn store(
        &self,
        mut picture: impl AsyncRead + Unpin,
    ) -> rally::Result<Option<String>> {
        let mut start = [0; 12];
        // The first bytes decide, because the browser's content type cannot be trusted.
        let read = picture.read_exact(&mut start).await;
        let Some(kind) = read.ok().and_then(|_| kind(&start)) else { return Ok(None) };
        let name = format!("{}.{kind}", rally::SessionId::random());
        let unless_used = RemovePicture { name: name.clone() };
        unless_used.enqueue_in(HOUR, &self.db).await?;
        let mut file = tokio::fs::File::create_new(self.pictures.join(&name)).await?;
        file.write_all(&start).await?;
        tokio::io::copy(&mut picture, &mut file).await?;
        file.flush().await?;
        Ok(Some(name))
    }

    /// Removes the file of a picture, unless an entry uses it.
    pub async fn remove_picture(&self, name: &str) -> rally::Result<()> {
        let query = sqlx::query!("SELECT id FROM entry WHERE picture = ?", name);
        if query.fetch_optional(self.db.read()).await?.is_some() {
            return Ok(());
        }
        match tokio::fs::remove_file(self.pictures.join(name)).await {
            // The job may run twice, or the upload may have failed before the file was created.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => Ok(removed?),
        }
    }

    /// Creates an account and returns its id. Returns `None` if the name is taken.
    pub async fn join(&self, name: &str, password: &str) -> sqlx::Result<Option<i64>> {
        let query = sqlx::query_scalar!(
            "INSERT INTO account (name, password) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
            name,
            password
        );
        query.fetch_optional(self.db.write()).await
    }

    /// Returns the id and password hash of an account.
    pub async fn account(&self, name: &str) -> sqlx::Result<Option<(i64, String)>> {
        let query = sqlx::query!("SELECT id, password FROM account WHERE name = ?", name);
        let account = query.fetch_optional(self.db.read()).await?;
        Ok(account.map(|account| (account.id, account.password)))
    }

    /// Ends the session `old`, and starts the session `new` for this account.
    pub async fn replace_session(&self, old: &str, new: &str, account: i64) -> sqlx::Result<()> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        sqlx::query!("DELETE FROM session WHERE id = ?", old).execute(&mut tx).await?;
        let query = sqlx::query!(
            "INSERT INTO session (id, account, created_at) VALUES (?, ?, ?)",
            new,
            account,
            now
        );
        query.execute(&mut tx).await?;
        tx.commit().await
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> sqlx::Result<()> {
        let query = sqlx::query!("DELETE FROM session WHERE id = ?", session);
        query.execute(self.db.write()).await.map(drop)
    }

    /// Returns the account of a session.
    pub async fn signed_in(&self, session: &str) -> sqlx::Result<Option<Account>> {
        let query = sqlx::query_as!(
            Account,
            "SELECT account.id, account.name FROM account
             JOIN session ON session.account = account.id WHERE session.id = ?",
            session
        );
        query.fetch_optional(self.db.read()).await
    }

    /// Ends the sessions that are older than this number of days.
    pub async fn forget_sessions(&self, days: i64) -> sqlx::Result<()> {
        let oldest = self.now() - days * 24 * 60 * 60;
        let query = sqlx::query!("DELETE FROM session WHERE created_at < ?", oldest);
        query.execute(self.db.write()).await.map(drop)
    }

    /// Returns the current time in Unix seconds.
    fn now(&self) -> i64 {
        let now = self.db.now().duration_since(UNIX_EPOCH).unwrap_or_default();
        now.as_secs().try_into().unwrap_or(i64::MAX)
    }
}

/// Returns the file extension of a picture with these first bytes.
fn kind(start: &[u8; 12]) -> Option<&'static str> {
    match start {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Some("webp"),
        _ => None,
    }
}

//! The guestbook's data: a SQLite file, and a directory of pictures.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::accounts::Account;
use crate::pages::home_::Entry;

pub struct Book {
    pool: SqlitePool,
    pictures: PathBuf,
}

impl Book {
    /// Opens the directory, and makes what is missing in it.
    pub async fn open(directory: &Path) -> Result<Self, rally::StartError> {
        let pictures = directory.join("pictures");
        tokio::fs::create_dir_all(&pictures).await?;
        let file = directory.join("guestbook.db");
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options.foreign_keys(true)).await?;
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS account (
                 id INTEGER PRIMARY KEY,
                 name TEXT NOT NULL UNIQUE COLLATE NOCASE,
                 password TEXT NOT NULL
             );
             CREATE TABLE IF NOT EXISTS session (
                 id TEXT PRIMARY KEY,
                 account INTEGER NOT NULL REFERENCES account (id)
             );
             CREATE TABLE IF NOT EXISTS entry (
                 id INTEGER PRIMARY KEY,
                 account INTEGER NOT NULL REFERENCES account (id),
                 text TEXT NOT NULL,
                 picture TEXT
             );",
        )
        .execute(&pool)
        .await?;
        Ok(Self { pool, pictures })
    }

    /// Where pictures are.
    pub fn pictures(&self) -> &Path {
        &self.pictures
    }

    /// Every entry, the newest first; or those of one account.
    pub async fn entries(&self, of: Option<i64>) -> sqlx::Result<Vec<Entry>> {
        let rows: Vec<(i64, String, String, Option<String>)> = sqlx::query_as(
            "SELECT entry.id, account.name, entry.text, entry.picture
             FROM entry JOIN account ON account.id = entry.account
             WHERE ?1 IS NULL OR account.id = ?1
             ORDER BY entry.id DESC LIMIT 100",
        )
        .bind(of)
        .fetch_all(&self.pool)
        .await?;
        let entry = |(id, author, text, picture)| Entry { id, author, text, picture };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Adds an entry, and returns its id.
    pub async fn add(&self, by: i64, text: &str, picture: Option<&str>) -> sqlx::Result<i64> {
        let query = "INSERT INTO entry (account, text, picture) VALUES (?, ?, ?) RETURNING id";
        sqlx::query_scalar(query).bind(by).bind(text).bind(picture).fetch_one(&self.pool).await
    }

    /// Removes an entry of this account; `false` when it has no such entry.
    pub async fn remove(&self, by: i64, id: i64) -> sqlx::Result<bool> {
        let query = "DELETE FROM entry WHERE id = ? AND account = ? RETURNING picture";
        let query = sqlx::query_scalar::<_, Option<String>>(query).bind(id).bind(by);
        let removed = query.fetch_optional(&self.pool).await?;
        if let Some(Some(picture)) = &removed {
            tokio::fs::remove_file(self.pictures.join(picture)).await?;
        }
        Ok(removed.is_some())
    }

    /// Stores a picture under a name of its own; `None` when it is none.
    pub async fn store(
        &self,
        mut picture: impl AsyncRead + Unpin,
    ) -> std::io::Result<Option<String>> {
        let mut start = [0; 12];
        // A browser's word for what it sends is not proof of it.
        let read = picture.read_exact(&mut start).await;
        let Some(kind) = read.ok().and_then(|_| kind(&start)) else { return Ok(None) };
        let name = format!("{}.{kind}", rally::SessionId::random());
        let mut file = tokio::fs::File::create_new(self.pictures.join(&name)).await?;
        file.write_all(&start).await?;
        tokio::io::copy(&mut picture, &mut file).await?;
        file.flush().await?;
        Ok(Some(name))
    }

    /// Makes an account; `None` when the name is taken.
    pub async fn join(&self, name: &str, password: &str) -> sqlx::Result<Option<i64>> {
        let query = "INSERT INTO account (name, password) VALUES (?, ?)
                     ON CONFLICT DO NOTHING RETURNING id";
        sqlx::query_scalar(query).bind(name).bind(password).fetch_optional(&self.pool).await
    }

    /// The id of an account, and its password's hash.
    pub async fn account(&self, name: &str) -> sqlx::Result<Option<(i64, String)>> {
        let query = sqlx::query_as("SELECT id, password FROM account WHERE name = ?");
        query.bind(name).fetch_optional(&self.pool).await
    }

    /// Notes that a session is this account's.
    pub async fn sign_in(&self, session: &str, account: i64) -> sqlx::Result<()> {
        let query = sqlx::query("INSERT INTO session (id, account) VALUES (?, ?)");
        query.bind(session).bind(account).execute(&self.pool).await.map(drop)
    }

    /// Ends a session.
    pub async fn sign_out(&self, session: &str) -> sqlx::Result<()> {
        let query = sqlx::query("DELETE FROM session WHERE id = ?");
        query.bind(session).execute(&self.pool).await.map(drop)
    }

    /// Whose session this is.
    pub async fn signed_in(&self, session: &str) -> sqlx::Result<Option<Account>> {
        let query = "SELECT account.id, account.name FROM account
                     JOIN session ON session.account = account.id WHERE session.id = ?";
        let row = sqlx::query_as(query).bind(session).fetch_optional(&self.pool).await?;
        Ok(row.map(|(id, name)| Account { id, name }))
    }
}

/// The kind of a picture, by its first bytes.
fn kind(start: &[u8; 12]) -> Option<&'static str> {
    match start {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xff, 0xd8, 0xff, ..] => Some("jpg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => Some("webp"),
        _ => None,
    }
}

//! Storage of the counters in a SQLite file.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

pub struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens the file. A new file gets one counter.
    pub async fn open(file: &str) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await?;
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL);
             INSERT INTO counter (id, value) VALUES (1, 0) ON CONFLICT DO NOTHING;",
        )
        .execute(&pool)
        .await?;
        Ok(Self { pool })
    }

    /// Returns the id and value of every counter.
    pub async fn all(&self) -> sqlx::Result<Vec<(i64, i64)>> {
        sqlx::query_as("SELECT id, value FROM counter ORDER BY id").fetch_all(&self.pool).await
    }

    pub async fn value(&self, id: i64) -> sqlx::Result<Option<i64>> {
        let query = sqlx::query_scalar("SELECT value FROM counter WHERE id = ?");
        query.bind(id).fetch_optional(&self.pool).await
    }

    /// Stores a value. Returns `false` if there is no such counter.
    pub async fn save(&self, id: i64, value: i64) -> sqlx::Result<bool> {
        let query = sqlx::query("UPDATE counter SET value = ? WHERE id = ?").bind(value).bind(id);
        Ok(query.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// Adds a counter and returns its id.
    pub async fn add(&self) -> sqlx::Result<i64> {
        let query = sqlx::query_scalar("INSERT INTO counter (value) VALUES (0) RETURNING id");
        query.fetch_one(&self.pool).await
    }
}

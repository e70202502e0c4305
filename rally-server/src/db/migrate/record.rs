//! The list of applied files, which is stored in the migrated database.
//!
//! All functions of this module must be called within a transaction.

use std::time::SystemTime;

use sqlx::sqlite::SqliteConnection;

use crate::db::migrate::MigrationError;
use crate::db::migrate::file::File;
use crate::db::migrate::plan::{AppliedFile, SchemaState};

/// Creates the tables that do not exist, and the row of `schema_migrations`.
pub(super) async fn prepare(connection: &mut SqliteConnection) -> Result<(), MigrationError> {
    // Some other programs record their migrations in a table with this name and column. So
    // Rally can migrate the databases of these programs.
    let version = "CREATE TABLE IF NOT EXISTS schema_migrations (last_migration INTEGER NOT NULL)";
    let applied = "CREATE TABLE IF NOT EXISTS applied_migrations (\
                   number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, \
                   applied_at INTEGER NOT NULL)";
    for table in [version, applied] {
        let query = sqlx::raw_sql(table).execute(&mut *connection);
        query.await.map_err(MigrationError::TableCreateFailed)?;
    }
    if versions(connection).await?.is_empty() {
        let query = sqlx::raw_sql("INSERT INTO schema_migrations (last_migration) VALUES (0)");
        query.execute(connection).await.map_err(MigrationError::VersionInitFailed)?;
    }
    Ok(())
}

pub(super) async fn read(connection: &mut SqliteConnection) -> Result<SchemaState, MigrationError> {
    let versions = versions(connection).await?;
    let [last] = versions[..] else {
        return Err(MigrationError::SchemaTableCorrupted(versions.len() as u64));
    };
    let query = sqlx::query_as("SELECT number, name, checksum FROM applied_migrations");
    let rows: Vec<(i64, String, String)> =
        query.fetch_all(connection).await.map_err(MigrationError::VersionQueryFailed)?;
    let known = |(number, name, checksum)| (number, AppliedFile { name, checksum });
    Ok(SchemaState { last, applied: rows.into_iter().map(known).collect() })
}

async fn versions(connection: &mut SqliteConnection) -> Result<Vec<i64>, MigrationError> {
    let query = sqlx::query_scalar("SELECT last_migration FROM schema_migrations");
    query.fetch_all(connection).await.map_err(MigrationError::VersionQueryFailed)
}

pub(super) async fn adopt(
    files: &[File<'_>],
    now: SystemTime,
    connection: &mut SqliteConnection,
) -> Result<(), MigrationError> {
    for file in files {
        let noted = note(file, now, connection).await;
        noted.map_err(MigrationError::VersionInitFailed)?;
    }
    Ok(())
}

pub(super) async fn applied(
    file: &File<'_>,
    now: SystemTime,
    connection: &mut SqliteConnection,
) -> Result<(), MigrationError> {
    let failed = |error| MigrationError::VersionUpdateFailed { file: file.name.to_owned(), error };
    note(file, now, connection).await.map_err(failed)?;
    let query = sqlx::query("UPDATE schema_migrations SET last_migration = ?").bind(file.number);
    let changed = query.execute(connection).await.map_err(failed)?.rows_affected();
    // The migration may have changed the table `schema_migrations`.
    if changed != 1 {
        return Err(MigrationError::SchemaTableCorrupted(changed));
    }
    Ok(())
}

async fn note(
    file: &File<'_>,
    now: SystemTime,
    connection: &mut SqliteConnection,
) -> sqlx::Result<()> {
    let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    let query = sqlx::query(
        "INSERT OR REPLACE INTO applied_migrations (number, name, checksum, applied_at) \
         VALUES (?, ?, ?, ?)",
    );
    let query = query.bind(file.number).bind(file.name).bind(file.checksum()).bind(seconds);
    query.execute(connection).await?;
    Ok(())
}

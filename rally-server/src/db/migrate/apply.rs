//! Applying migrations: each file runs on a new connection, in one transaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Either, Executor};

use crate::db::migrate::file::File;
use crate::db::migrate::plan::{Plan, plan};
use crate::db::migrate::{Applied, MigrationError, record};
use crate::db::{AccessMode, Db, WriterGuard, is_busy};
use crate::telemetry::query_tracker::CallSite;

/// Time to wait for another process before the wait is logged.
const SILENT_WAIT: Duration = Duration::from_secs(1);

/// Sets the maximum wait for another process to one hour, once the wait has been logged. A
/// process that gave up earlier would probably be restarted, and wait again.
const LONG_WAIT: &str = "PRAGMA busy_timeout = 3600000";

/// `SQLITE_CONSTRAINT_COMMITHOOK`, the result code of a commit that a hook refuses.
const COMMIT_REFUSED: &str = "531";

/// Applies the pending files. `files` must be sorted by number.
pub(super) async fn apply(
    files: &[File<'_>],
    db: &Db,
    at: CallSite,
) -> Result<Applied, MigrationError> {
    let _clock_hold = db.clock_hold();
    let writer =
        db.acquire_writer(at, AccessMode::Write).await.map_err(MigrationError::LockFailed)?;
    let mut run = MigrationRun { writer };
    let mut applied = Applied { files: Vec::new(), last: 0 };
    let mut step = run.step(files, MigrationStep::Prepare).await?;
    loop {
        applied.last = step.last;
        applied.files.extend(step.applied);
        if step.is_done {
            return Ok(applied);
        }
        step = run.step(files, MigrationStep::Apply).await?;
    }
}

/// A run of migrations. It holds the writer, so no other query of this process can write.
struct MigrationRun {
    writer: WriterGuard,
}

enum MigrationStep {
    /// Creates the tables `schema_migrations` and `applied_migrations`, and compares the
    /// files with the applied files.
    Prepare,
    Apply,
}

struct StepResult {
    applied: Option<String>,
    last: i64,
    is_done: bool,
}

impl MigrationRun {
    /// Uses a new connection for each step. Closing the connection discards uncommitted
    /// changes, and the settings and temporary tables of the connection.
    async fn step(
        &mut self,
        files: &[File<'_>],
        step: MigrationStep,
    ) -> Result<StepResult, MigrationError> {
        let mut connection = self.connect().await.map_err(MigrationError::ConnectFailed)?;
        let result = self.step_on(files, step, &mut connection).await;
        if result.is_ok() && self.is_in_memory() {
            let kept = copy(&mut connection, &mut self.writer.connection).await;
            kept.map_err(MigrationError::ConnectFailed)?;
        }
        // Close the connection before the next step. An error is harmless: a successful step is
        // committed already.
        let _ = connection.close().await;
        result
    }

    async fn step_on(
        &self,
        files: &[File<'_>],
        step: MigrationStep,
        connection: &mut SqliteConnection,
    ) -> Result<StepResult, MigrationError> {
        begin(connection).await?;
        if let MigrationStep::Prepare = step {
            record::prepare(connection).await?;
        }
        // Read again in each transaction: another process may have applied files.
        let state = record::read(connection).await?;
        let Plan { adopted, pending } = plan(files, &state)?;
        let now = self.writer.db.now();
        let mut result =
            StepResult { applied: None, last: state.last, is_done: pending.is_empty() };
        match (step, pending.first()) {
            (MigrationStep::Prepare, _) => {
                record::adopt(adopted, now, connection).await?;
                commit(connection).await.map_err(MigrationError::VersionInitFailed)?;
            }
            (MigrationStep::Apply, None) => {}
            (MigrationStep::Apply, Some(file)) => {
                let started = Instant::now();
                tracing::info!("applying the migration {}", file.name);
                run_statements(file, connection).await?;
                check_foreign_keys(file, connection).await?;
                record::applied(file, now, connection).await?;
                let committed = commit(connection).await;
                committed.map_err(|error| failed(file, None, error))?;
                let milliseconds = started.elapsed().as_millis();
                tracing::info!("applied the migration {} in {milliseconds} ms", file.name);
                result.applied = Some(file.name.to_owned());
                result.last = file.number;
                result.is_done = pending.len() == 1;
            }
        }
        Ok(result)
    }

    /// Opens a connection that does not enforce foreign keys. Within a transaction, this
    /// setting cannot be changed.
    async fn connect(&mut self) -> sqlx::Result<SqliteConnection> {
        let options = self.writer.db.0.options.connection();
        // No warnings about slow statements: a migration may take long.
        let options =
            options.busy_timeout(SILENT_WAIT).foreign_keys(false).disable_statement_logging();
        let mut connection = options.connect().await?;
        if self.is_in_memory() {
            copy(&mut self.writer.connection, &mut connection).await?;
        }
        Ok(connection)
    }

    /// Returns `true` for a database in memory. A new connection to such a database is
    /// empty, so the content is copied to the connection and back.
    fn is_in_memory(&self) -> bool {
        self.writer.db.0.readers.is_none()
    }
}

async fn copy(from: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<()> {
    // The cached statements of `to` refer to its old content.
    to.clear_cached_statements().await?;
    let content = from.serialize(None).await?;
    to.deserialize(None, content, false).await
}

async fn begin(connection: &mut SqliteConnection) -> Result<(), MigrationError> {
    let begin = "BEGIN IMMEDIATE";
    let begun = match execute(begin, connection).await {
        Err(error) if is_busy(&error) => {
            tracing::info!("waiting for another process that is writing to the database");
            execute(LONG_WAIT, connection).await.map_err(MigrationError::ConnectFailed)?;
            execute(begin, connection).await
        }
        begun => begun,
    };
    begun.map_err(MigrationError::LockFailed)
}

async fn commit(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    execute("COMMIT", connection).await
}

async fn execute(sql: &'static str, connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::raw_sql(sql).execute(connection).await.map(|_| ())
}

/// Runs the statements of a file. Fails if the file begins or ends a transaction.
///
/// Only SQLite knows if a statement ends the transaction. So a hook makes SQLite refuse
/// commits while the file runs: the commit of a COMMIT statement, and the automatic commit
/// of a statement after a ROLLBACK. Another hook detects ROLLBACK.
async fn run_statements(
    file: &File<'_>,
    connection: &mut SqliteConnection,
) -> Result<(), MigrationError> {
    let is_rolled_back = Arc::new(AtomicBool::new(false));
    {
        let handle = connection.lock_handle().await;
        let mut handle = handle.map_err(MigrationError::ConnectFailed)?;
        handle.set_commit_hook(|| false);
        let is_rolled_back = is_rolled_back.clone();
        handle.set_rollback_hook(move || is_rolled_back.store(true, Ordering::Relaxed));
    }
    let ran = each_statement(file, connection).await;
    {
        let handle = connection.lock_handle().await;
        let mut handle = handle.map_err(MigrationError::ConnectFailed)?;
        handle.remove_commit_hook();
        handle.remove_rollback_hook();
    }
    let ends = || MigrationError::EndsItsTransaction { file: file.name.to_owned() };
    let is_rolled_back = is_rolled_back.load(Ordering::Relaxed);
    match ran {
        Ok(()) if is_rolled_back => Err(ends()),
        Ok(()) => Ok(()),
        Err((_, error)) if is_about_transactions(&error, is_rolled_back) => Err(ends()),
        Err((statement, error)) => Err(failed(file, Some(statement), error)),
    }
}

/// Runs the statements one by one. If a statement fails, returns its number, counted
/// from 1, and its error.
async fn each_statement(
    file: &File<'_>,
    connection: &mut SqliteConnection,
) -> Result<(), (usize, sqlx::Error)> {
    let sql = sqlx::raw_sql(AssertSqlSafe(file.sql));
    let mut steps = connection.fetch_many(sql);
    let mut done = 0;
    while let Some(step) = steps.next().await {
        match step {
            Ok(Either::Left(_)) => done += 1,
            Ok(Either::Right(_)) => {}
            Err(error) => return Err((done + 1, error)),
        }
    }
    Ok(())
}

/// Returns `true` if a statement has failed because the file begins or ends a transaction,
/// or because the statement cannot run in a transaction.
///
/// After a ROLLBACK, each error with the generic code 1 counts, such as a missing table.
/// If SQLite itself has rolled back, for example on a full disk, the code is not 1.
fn is_about_transactions(error: &sqlx::Error, is_rolled_back: bool) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    match error.code().as_deref() {
        Some(COMMIT_REFUSED) => true,
        Some("1") => is_rolled_back || error.message().contains("within a transaction"),
        _ => false,
    }
}

async fn check_foreign_keys(
    file: &File<'_>,
    connection: &mut SqliteConnection,
) -> Result<(), MigrationError> {
    let query = sqlx::query_as(
        "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2",
    );
    let violations: Vec<(String, String, i64)> =
        query.fetch_all(connection).await.map_err(|error| failed(file, None, error))?;
    if violations.is_empty() {
        return Ok(());
    }
    Err(MigrationError::ForeignKeysViolated { file: file.name.to_owned(), violations })
}

fn failed(file: &File<'_>, statement: Option<usize>, error: sqlx::Error) -> MigrationError {
    MigrationError::MigrationFailed { file: file.name.to_owned(), statement, error }
}

//! The run: each file on a connection of its own, within a transaction that only
//! the run ends.

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

/// How long another process may write before it is told that this one waits.
const UNTOLD: Duration = Duration::from_secs(1);

/// Then this one waits an hour: a file that another one runs may take long, and
/// to fail would only have it start anew, to wait again.
const WAIT: &str = "PRAGMA busy_timeout = 3600000";

/// What SQLite says of a commit that the hook has refused.
const REFUSED: &str = "531";

/// Applies the files that have not been. They are in their order.
pub(super) async fn apply(
    files: &[File<'_>],
    db: &Db,
    at: CallSite,
) -> Result<Applied, MigrationError> {
    let _standstill = db.standstill();
    let turn = db.turn(at, AccessMode::Write).await.map_err(MigrationError::LockFailed)?;
    let mut run = MigrationRun { turn };
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

/// Nobody else of this process writes meanwhile.
struct MigrationRun {
    turn: WriterGuard,
}

/// What is done in one transaction.
enum MigrationStep {
    /// The tables are made, and the files compared with them.
    Prepare,
    /// The next file is applied.
    Apply,
}

/// How it went.
struct StepResult {
    applied: Option<String>,
    last: i64,
    is_done: bool,
}

impl MigrationRun {
    /// Does one step on a connection of its own: dropped or closed, it takes with
    /// it whatever was not committed, and all that a file may have set on it.
    async fn step(
        &mut self,
        files: &[File<'_>],
        step: MigrationStep,
    ) -> Result<StepResult, MigrationError> {
        let mut connection = self.connect().await.map_err(MigrationError::ConnectFailed)?;
        let stepped = self.step_on(files, step, &mut connection).await;
        if stepped.is_ok() && self.is_in_memory() {
            let kept = copy(&mut connection, &mut self.turn.connection).await;
            kept.map_err(MigrationError::ConnectFailed)?;
        }
        // What could fail is tidying up. It has ended before this is run again.
        let _ = connection.close().await;
        stepped
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
        // Read anew within each transaction: another process may have been faster.
        let state = record::read(connection).await?;
        let Plan { adopted, pending } = plan(files, &state)?;
        let now = self.turn.db.now();
        let mut stepped =
            StepResult { applied: None, last: state.last, is_done: pending.is_empty() };
        match (step, pending.first()) {
            (MigrationStep::Prepare, _) => {
                record::adopt(adopted, now, connection).await?;
                commit(connection).await.map_err(MigrationError::VersionInitFailed)?;
            }
            // Another process was faster: there is nothing to commit.
            (MigrationStep::Apply, None) => {}
            (MigrationStep::Apply, Some(file)) => {
                let started = Instant::now();
                tracing::info!("applying {}", file.name);
                statements(file, connection).await?;
                foreign_keys(file, connection).await?;
                record::applied(file, now, connection).await?;
                let committed = commit(connection).await;
                committed.map_err(|error| failed(file, None, error))?;
                tracing::info!("applied {} in {} ms", file.name, started.elapsed().as_millis());
                stepped.applied = Some(file.name.to_owned());
                stepped.last = file.number;
                stepped.is_done = pending.len() == 1;
            }
        }
        Ok(stepped)
    }

    /// Foreign keys are off: within a transaction nothing turns them off.
    async fn connect(&mut self) -> sqlx::Result<SqliteConnection> {
        let options = self.turn.db.0.options.connection();
        // A file takes as long as it takes.
        let options = options.busy_timeout(UNTOLD).foreign_keys(false).disable_statement_logging();
        let mut connection = options.connect().await?;
        if self.is_in_memory() {
            copy(&mut self.turn.connection, &mut connection).await?;
        }
        Ok(connection)
    }

    /// Then a connection of its own has a database of its own, copied here and
    /// back.
    fn is_in_memory(&self) -> bool {
        self.turn.db.0.readers.is_none()
    }
}

async fn copy(from: &mut SqliteConnection, to: &mut SqliteConnection) -> sqlx::Result<()> {
    // They are of what was there before.
    to.clear_cached_statements().await?;
    let content = from.serialize(None).await?;
    to.deserialize(None, content, false).await
}

/// Begins a transaction once nobody else writes.
async fn begin(connection: &mut SqliteConnection) -> Result<(), MigrationError> {
    let begin = "BEGIN IMMEDIATE";
    let begun = match execute(begin, connection).await {
        Err(error) if is_busy(&error) => {
            tracing::info!("waiting for another process, which writes to the database");
            execute(WAIT, connection).await.map_err(MigrationError::ConnectFailed)?;
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

/// Runs the statements of a file, whatever stands in it, so that the transaction
/// stays the one that was begun.
///
/// Only SQLite knows where a statement ends and what it does, so it is SQLite that
/// looks: every commit is refused as long as this runs, that of a COMMIT and those
/// of the statements behind a ROLLBACK, which would commit by themselves.
async fn statements(
    file: &File<'_>,
    connection: &mut SqliteConnection,
) -> Result<(), MigrationError> {
    let is_over = Arc::new(AtomicBool::new(false));
    {
        let handle = connection.lock_handle().await;
        let mut handle = handle.map_err(MigrationError::ConnectFailed)?;
        handle.set_commit_hook(|| false);
        let is_over = is_over.clone();
        handle.set_rollback_hook(move || is_over.store(true, Ordering::Relaxed));
    }
    let ran = each_statement(file, connection).await;
    {
        let handle = connection.lock_handle().await;
        let mut handle = handle.map_err(MigrationError::ConnectFailed)?;
        handle.remove_commit_hook();
        handle.remove_rollback_hook();
    }
    let ends = || MigrationError::EndsItsTransaction { file: file.name.to_owned() };
    match ran {
        Ok(()) if is_over.load(Ordering::Relaxed) => Err(ends()),
        Ok(()) => Ok(()),
        Err((_, error)) if is_about_transactions(&error, is_over.load(Ordering::Relaxed)) => {
            Err(ends())
        }
        Err((statement, error)) => Err(failed(file, Some(statement), error)),
    }
}

/// The error comes with the number of its statement.
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

/// Whether a statement has failed because the file begins or ends transactions.
///
/// What fails without a transaction, as a table that is not there any more, fails
/// because of the ROLLBACK before. Errors by which SQLite itself gives up the
/// transaction (a full disk, a conflict with `ON CONFLICT ROLLBACK`) have codes of
/// their own.
fn is_about_transactions(error: &sqlx::Error, is_over: bool) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    match error.code().as_deref() {
        Some(REFUSED) => true,
        Some("1") => is_over || error.message().contains("within a transaction"),
        _ => false,
    }
}

/// Checks what nobody has while the file ran.
async fn foreign_keys(
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

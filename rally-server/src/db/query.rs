//! The executors of queries: they wait for a connection, and measure the query.

use std::panic::Location;
use std::time::Instant;

use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::sqlite::{SqlitePool, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, SqlStr, Sqlite};

use crate::db::clock_hold::ClockHold;
use crate::db::{AccessMode, Db, WriterGuard, inside_transaction, query_error};
use crate::telemetry::query_tracker::{self, CallSite};

/// The executor of queries that only read, returned by [`Db::read`].
#[derive(Debug, Clone, Copy)]
pub struct Reader<'d> {
    db: &'d Db,
    at: CallSite,
}

/// The executor of a query that changes the database, returned by [`Db::write`].
#[derive(Debug, Clone, Copy)]
pub struct Writer<'d> {
    db: &'d Db,
    at: CallSite,
    access: AccessMode,
}

/// An item of a query's result: a row, or at the end of each statement the number of
/// changed rows.
type QueryItem = Either<SqliteQueryResult, SqliteRow>;

impl<'d> Reader<'d> {
    #[track_caller]
    pub(super) fn new(db: &'d Db) -> Self {
        Self { db, at: Location::caller() }
    }

    /// Returns the pool of connections for reads, or an error if a transaction is open. For
    /// a database in memory, returns its writer as the outer error.
    fn readers(self) -> Result<sqlx::Result<&'d SqlitePool>, Writer<'d>> {
        let Some(readers) = &self.db.0.readers else {
            return Err(Writer { db: self.db, at: self.at, access: AccessMode::Read });
        };
        Ok(query_tracker::open_transaction(self.db.id())
            .map_or(Ok(readers), |begun| Err(inside_transaction(begun))))
    }
}

impl<'d> Executor<'d> for Reader<'d> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<QueryItem>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let items = match self.readers() {
            Ok(Ok(readers)) => {
                let query_time = QueryTime::new(self.db);
                query_time.until_dropped(readers.fetch_many(query))
            }
            Ok(Err(error)) => stream::once(future::ready(Err(error))).boxed(),
            Err(writer) => writer.fetch_many(query),
        };
        items.map_err(explain_readonly).boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let row = match self.readers() {
            Ok(Ok(readers)) => {
                let query_time = QueryTime::new(self.db);
                let row = readers.fetch_optional(query);
                row.inspect(move |_| drop(query_time)).boxed()
            }
            Ok(Err(error)) => future::ready(Err(error)).boxed(),
            Err(writer) => writer.fetch_optional(query),
        };
        row.map_err(explain_readonly).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'd: 'e,
    {
        match self.readers() {
            Ok(Ok(readers)) => readers.prepare_with(sql, parameters),
            Ok(Err(error)) => future::ready(Err(error)).boxed(),
            Err(writer) => writer.prepare_with(sql, parameters),
        }
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'd: 'e,
    {
        Writer::new(self.db, self.at).describe(sql)
    }
}

fn explain_readonly(error: sqlx::Error) -> sqlx::Error {
    match super::code(&error) {
        Some(8) => query_error(
            "this query changes the database, and `db.read()` is read-only: run it on \
             `db.write()` or on a transaction",
        ),
        _ => error,
    }
}

impl<'d> Writer<'d> {
    pub(super) fn new(db: &'d Db, at: CallSite) -> Self {
        Self { db, at, access: AccessMode::Write }
    }
}

impl<'d> Executor<'d> for Writer<'d> {
    type Database = Sqlite;

    // Collects all rows first, so that a slow consumer of the stream blocks no other writes.
    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<QueryItem>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let items = async move {
            let writer = self.db.acquire_writer(self.at, self.access).await?;
            let mut single = SingleQuery { writer, is_done: false };
            let _query_time = QueryTime::new(self.db);
            let items: Vec<QueryItem> =
                single.writer.connection.fetch_many(query).try_collect().await?;
            single.is_done = true;
            sqlx::Result::Ok(stream::iter(items.into_iter().map(Ok)))
        };
        items.try_flatten_stream().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        Box::pin(async move {
            let writer = self.db.acquire_writer(self.at, self.access).await?;
            let mut single = SingleQuery { writer, is_done: false };
            let _query_time = QueryTime::new(self.db);
            let row = single.writer.connection.fetch_optional(query).await?;
            single.is_done = true;
            Ok(row)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'd: 'e,
    {
        Box::pin(async move {
            let mut writer = self.db.acquire_writer(self.at, self.access).await?;
            writer.connection.prepare_with(sql, parameters).await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'd: 'e,
    {
        Box::pin(async move {
            let mut writer = self.db.acquire_writer(self.at, self.access).await?;
            writer.connection.describe(sql).await
        })
    }
}

/// A query on the writer, outside of a [`Transaction`](crate::db::Transaction).
///
/// Its SQL may contain `BEGIN` and fail before `COMMIT`. That transaction is then rolled
/// back, so that the next queries do not become part of it.
struct SingleQuery {
    writer: WriterGuard,
    is_done: bool,
}

impl Drop for SingleQuery {
    fn drop(&mut self) {
        if !self.is_done {
            // One poll sends the statement. If no transaction is open, the statement fails and
            // changes nothing.
            let _ = sqlx::query("ROLLBACK").execute(&mut *self.writer.connection).now_or_never();
        }
    }
}

/// Measures a query, and records its duration when dropped.
///
/// Until then, the clock of a database with `DbOptions::paused_clock` does not advance.
pub(super) struct QueryTime {
    started: Instant,
    _clock_hold: ClockHold,
}

impl QueryTime {
    pub(super) fn new(db: &Db) -> Self {
        Self { started: Instant::now(), _clock_hold: db.clock_hold() }
    }

    pub(super) fn until_dropped<'e, T: 'e>(self, items: BoxStream<'e, T>) -> BoxStream<'e, T> {
        items.inspect(move |_| _ = &self).boxed()
    }
}

impl Drop for QueryTime {
    fn drop(&mut self) {
        query_tracker::record_query(self.started.elapsed());
    }
}

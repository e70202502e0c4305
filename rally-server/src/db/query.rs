//! A query on its way: whose turn it is, and how long it takes.

use std::panic::Location;
use std::time::Instant;

use futures_util::future::{self, BoxFuture};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};
use sqlx::sqlite::{SqlitePool, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, SqlStr, Sqlite};

use crate::db::standstill::Standstill;
use crate::db::{AccessMode, Db, WriterGuard, refuse, refused};
use crate::telemetry::query_tracker::{self, CallSite};

/// Where queries run that change nothing; [`Db::read`] gives it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'d> {
    db: &'d Db,
    at: CallSite,
}

/// Where a query runs that changes something; [`Db::write`] gives it.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'d> {
    db: &'d Db,
    at: CallSite,
    access: AccessMode,
}

/// What a query brings: rows, and for each statement how many it changed.
type QueryItem = Either<SqliteQueryResult, SqliteRow>;

impl<'d> Reader<'d> {
    #[track_caller]
    pub(super) fn new(db: &'d Db) -> Self {
        Self { db, at: Location::caller() }
    }

    /// The connections to read on; a database without them is read in turn.
    fn readers(self) -> Result<sqlx::Result<&'d SqlitePool>, Writer<'d>> {
        let Some(readers) = &self.db.0.readers else {
            return Err(Writer { db: self.db, at: self.at, access: AccessMode::Read });
        };
        Ok(query_tracker::open_transaction(self.db.id())
            .map_or(Ok(readers), |begun| Err(refused(begun))))
    }
}

impl<'d> Executor<'d> for Reader<'d> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<QueryItem>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let steps = match self.readers() {
            Ok(Ok(readers)) => {
                let query_time = QueryTime::new(self.db);
                query_time.until_dropped(readers.fetch_many(query))
            }
            Ok(Err(error)) => stream::once(future::ready(Err(error))).boxed(),
            Err(writer) => writer.fetch_many(query),
        };
        steps.map_err(told).boxed()
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
        row.map_err(told).boxed()
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

/// Where SQLite says that the database is readonly: others write it.
fn told(error: sqlx::Error) -> sqlx::Error {
    match super::code(&error) {
        Some(8) => refuse(
            "this query changes something, and `db.read()` does not: make it on `db.write()`, or \
             on a transaction",
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

    // Collected: who reads slowly would else keep others from writing.
    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<QueryItem>>
    where
        'd: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let steps = async move {
            let turn = self.db.turn(self.at, self.access).await?;
            let mut alone = SingleQuery { turn, is_done: false };
            let _query_time = QueryTime::new(self.db);
            let steps: Vec<QueryItem> =
                alone.turn.connection.fetch_many(query).try_collect().await?;
            alone.is_done = true;
            sqlx::Result::Ok(stream::iter(steps.into_iter().map(Ok)))
        };
        steps.try_flatten_stream().boxed()
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
            let turn = self.db.turn(self.at, self.access).await?;
            let mut alone = SingleQuery { turn, is_done: false };
            let _query_time = QueryTime::new(self.db);
            let row = alone.turn.connection.fetch_optional(query).await?;
            alone.is_done = true;
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
            let mut turn = self.db.turn(self.at, self.access).await?;
            turn.connection.prepare_with(sql, parameters).await
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'd: 'e,
    {
        Box::pin(async move {
            let mut turn = self.db.turn(self.at, self.access).await?;
            turn.connection.describe(sql).await
        })
    }
}

/// The writer, for one query. It may be a script that begins a transaction and
/// fails before it ends it: that is undone, else what others write next were part
/// of it.
struct SingleQuery {
    turn: WriterGuard,
    is_done: bool,
}

impl Drop for SingleQuery {
    fn drop(&mut self) {
        if !self.is_done {
            // Polled once it is on its way. It fails where there is nothing to undo.
            let _ = sqlx::query("ROLLBACK").execute(&mut *self.turn.connection).now_or_never();
        }
    }
}

/// A query that is under way: its time counts for the work that made it, and a
/// test's clock stands still.
pub(super) struct QueryTime {
    started: Instant,
    _standstill: Standstill,
}

impl QueryTime {
    pub(super) fn new(db: &Db) -> Self {
        Self { started: Instant::now(), _standstill: db.standstill() }
    }

    pub(super) fn until_dropped<'e, T: 'e>(self, steps: BoxStream<'e, T>) -> BoxStream<'e, T> {
        steps.inspect(move |_| _ = &self).boxed()
    }
}

impl Drop for QueryTime {
    fn drop(&mut self) {
        query_tracker::asked(self.started.elapsed());
    }
}

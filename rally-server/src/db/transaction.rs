//! A transaction: a guard that carries its connection.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::sqlite::{
    SqliteConnection, SqliteQueryResult, SqliteRow, SqliteStatement, SqliteTypeInfo,
};
use sqlx::{AssertSqlSafe, Describe, Either, Execute, Executor, SqlSafeStr, SqlStr, Sqlite};

use crate::db::query::QueryTime;
use crate::db::{AccessMode, Db, WriterGuard};
use crate::telemetry::query_tracker::{self, CallSite, Open};

/// What belongs together: all of it happens with [`commit`](Self::commit), or
/// none. Dropped without it, everything is undone.
///
/// Queries run on `&mut tx`. A function that makes some of them takes
/// `tx: &mut Transaction<'_>`, and cannot be called without one.
///
/// ```
/// # use rally_server::db::{Db, Transaction};
/// async fn pay(from: i64, to: i64, cents: i64, tx: &mut Transaction<'_>) -> sqlx::Result<()> {
///     let query = sqlx::query("UPDATE account SET cents = cents + ? WHERE id = ?");
///     query.bind(-cents).bind(from).execute(&mut *tx).await?;
///     let query = sqlx::query("UPDATE account SET cents = cents + ? WHERE id = ?");
///     query.bind(cents).bind(to).execute(&mut *tx).await?;
///     Ok(())
/// }
///
/// # async fn settle(db: &Db) -> sqlx::Result<()> {
/// let mut tx = db.begin().await?;
/// // What fails inside is undone alone.
/// let mut inner = tx.begin().await?;
/// if pay(1, 2, 500, &mut inner).await.is_ok() {
///     inner.commit().await?;
/// } else {
///     inner.rollback().await?;
/// }
/// tx.commit().await?;
/// # Ok(())
/// # }
/// ```
pub struct Transaction<'t> {
    connection: TransactionConnection<'t>,
    db: Db,
    depth: Depth,
    is_open: bool,
    after_commit: AfterCommit<'t>,
    /// As long as it lives this work has one open.
    _begun: Option<Arc<Open>>,
}

enum TransactionConnection<'t> {
    Own(WriterGuard),
    Outer(&'t mut SqliteConnection),
}

type Callbacks = Vec<Box<dyn FnOnce() + Send + Sync>>;

/// What happens once everything is committed.
struct AfterCommit<'t> {
    callbacks: Callbacks,
    /// Of the transaction that this one is within.
    outer: Option<&'t mut Callbacks>,
}

/// How many others a transaction is within; and so how it begins and ends. The
/// statements are sent by hand, since sqlx loses count when SQLite gives up a
/// transaction by itself, as it does when the disk is full.
///
/// Each depth has a name of its own. One that has ended, which nobody has waited
/// for, is ended again: that must not be the end of the one around it.
#[derive(Clone, Copy)]
struct Depth(u32);

impl Depth {
    fn begin(self) -> SqlStr {
        match self.0 {
            // One that began by reading would fail when it goes on to write after
            // somebody else has: this one waits its turn at once.
            0 => "BEGIN IMMEDIATE".into_sql_str(),
            depth => AssertSqlSafe(format!("SAVEPOINT rally_{depth}")).into_sql_str(),
        }
    }

    fn commit(self) -> SqlStr {
        match self.0 {
            0 => "COMMIT".into_sql_str(),
            depth => AssertSqlSafe(format!("RELEASE rally_{depth}")).into_sql_str(),
        }
    }

    fn rollback(self) -> Vec<SqlStr> {
        match self.0 {
            0 => vec!["ROLLBACK".into_sql_str()],
            depth => {
                let undo = AssertSqlSafe(format!("ROLLBACK TO rally_{depth}"));
                vec![undo.into_sql_str(), self.commit()]
            }
        }
    }
}

impl Transaction<'static> {
    pub(super) async fn begin_on(db: Db, at: CallSite) -> sqlx::Result<Self> {
        let turn = db.turn(at, AccessMode::Write).await?;
        let _query_time = QueryTime::new(&db);
        let begun = query_tracker::begin(db.id(), at);
        // Made before it has begun: it is undone, should nobody wait for it any more.
        let mut tx = Self {
            connection: TransactionConnection::Own(turn),
            db,
            depth: Depth(0),
            is_open: true,
            after_commit: AfterCommit { callbacks: Vec::new(), outer: None },
            _begun: Some(begun),
        };
        match tx.connection.send(tx.depth.begin()).await {
            // A query has begun one by hand, and not ended it.
            Err(sqlx::Error::Database(error)) if error.message().contains("within a") => {
                tx.connection.send("ROLLBACK".into_sql_str()).await?;
                tx.connection.send(tx.depth.begin()).await?;
            }
            begun => begun?,
        }
        Ok(tx)
    }
}

impl Transaction<'_> {
    /// Begins one within this one: what it does can be undone alone, and is
    /// undone with the outer one.
    ///
    /// # Errors
    ///
    /// When it cannot be written that there is one.
    pub async fn begin(&mut self) -> sqlx::Result<Transaction<'_>> {
        let _query_time = QueryTime::new(&self.db);
        let mut tx = Transaction {
            connection: TransactionConnection::Outer(&mut self.connection),
            db: self.db.clone(),
            depth: Depth(self.depth.0 + 1),
            is_open: true,
            after_commit: AfterCommit {
                callbacks: Vec::new(),
                outer: Some(&mut self.after_commit.callbacks),
            },
            _begun: None,
        };
        tx.connection.send(tx.depth.begin()).await?;
        Ok(tx)
    }

    /// Makes everything happen; within another one, as far as that does.
    ///
    /// # Errors
    ///
    /// When it cannot be written: the disk is full, say. Then nothing happens.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let query_time = QueryTime::new(&self.db);
        self.connection.send(self.depth.commit()).await?;
        drop(query_time);
        self.is_open = false;
        let mut callbacks = std::mem::take(&mut self.after_commit.callbacks);
        match &mut self.after_commit.outer {
            Some(outer) => outer.append(&mut callbacks),
            None => {
                // First it ends, so that others can write.
                drop(self);
                callbacks.into_iter().for_each(|callback| callback());
            }
        }
        Ok(())
    }

    /// Undoes everything, and waits until that is done.
    ///
    /// # Errors
    ///
    /// When SQLite had given up this one already: it is undone all the same.
    pub async fn rollback(mut self) -> sqlx::Result<()> {
        let _query_time = QueryTime::new(&self.db);
        for statement in self.depth.rollback() {
            self.connection.send(statement).await?;
        }
        self.is_open = false;
        Ok(())
    }

    /// The database that this is a transaction of.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Has something happen once everything is committed, the outer ones
    /// included.
    pub(crate) fn after_commit(&mut self, callback: impl FnOnce() + Send + Sync + 'static) {
        self.after_commit.callbacks.push(Box::new(callback));
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // Polled once they are on their way to SQLite's thread, in front of
            // what the next one sends.
            for statement in self.depth.rollback() {
                let _ = self.connection.send(statement).now_or_never();
            }
        }
    }
}

impl TransactionConnection<'_> {
    async fn send(&mut self, statement: SqlStr) -> sqlx::Result<()> {
        sqlx::query(statement).execute(&mut **self).await.map(drop)
    }
}

impl Deref for TransactionConnection<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        match self {
            Self::Own(turn) => &turn.connection,
            Self::Outer(connection) => connection,
        }
    }
}

impl DerefMut for TransactionConnection<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Own(turn) => &mut turn.connection,
            Self::Outer(connection) => connection,
        }
    }
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction").field("db", &self.db).finish_non_exhaustive()
    }
}

impl<'c> Executor<'c> for &'c mut Transaction<'_> {
    type Database = Sqlite;

    fn fetch_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, sqlx::Result<Either<SqliteQueryResult, SqliteRow>>>
    where
        'c: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let query_time = QueryTime::new(&self.db);
        query_time.until_dropped(self.connection.fetch_many(query))
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, sqlx::Result<Option<SqliteRow>>>
    where
        'c: 'e,
        E: Execute<'q, Sqlite> + 'q,
    {
        let query_time = QueryTime::new(&self.db);
        let row = self.connection.fetch_optional(query);
        row.inspect(move |_| drop(query_time)).boxed()
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [SqliteTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<SqliteStatement>>
    where
        'c: 'e,
    {
        self.connection.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Sqlite>>>
    where
        'c: 'e,
    {
        self.connection.describe(sql)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::db::DbOptions;

    /// A database with a table `t (x)`, on a file or in memory.
    async fn db(directory: Option<&tempfile::TempDir>) -> Db {
        let options = match directory {
            Some(directory) => DbOptions::new(directory.path().join("test.db")),
            None => DbOptions::in_memory(),
        };
        let db = options.open().await.unwrap();
        sqlx::query("CREATE TABLE t (x INTEGER PRIMARY KEY)").execute(db.write()).await.unwrap();
        db
    }

    async fn add(x: i64, tx: &mut Transaction<'_>) {
        sqlx::query("INSERT INTO t VALUES (?)").bind(x).execute(tx).await.unwrap();
    }

    #[track_caller]
    fn stored(db: &Db) -> impl Future<Output = Vec<i64>> {
        let query = sqlx::query_scalar("SELECT x FROM t ORDER BY x");
        let reader = db.read();
        async move { query.fetch_all(reader).await.unwrap() }
    }

    #[tokio::test]
    async fn what_is_not_committed_is_undone() {
        let directory = tempfile::tempdir().unwrap();
        for db in [db(Some(&directory)).await, db(None).await] {
            let mut tx = db.begin().await.unwrap();
            add(1, &mut tx).await;
            drop(tx);
            let mut tx = db.begin().await.unwrap();
            add(2, &mut tx).await;
            tx.rollback().await.unwrap();
            let mut tx = db.begin().await.unwrap();
            add(3, &mut tx).await;
            tx.commit().await.unwrap();
            assert_eq!(stored(&db).await, [3]);
        }
    }

    #[tokio::test]
    async fn an_inner_one_is_undone_alone() {
        let db = db(None).await;
        let mut tx = db.begin().await.unwrap();
        add(1, &mut tx).await;
        let mut inner = tx.begin().await.unwrap();
        add(2, &mut inner).await;
        let mut innermost = inner.begin().await.unwrap();
        add(3, &mut innermost).await;
        innermost.commit().await.unwrap();
        drop(inner);
        let mut inner = tx.begin().await.unwrap();
        add(4, &mut inner).await;
        let mut innermost = inner.begin().await.unwrap();
        add(5, &mut innermost).await;
        innermost.rollback().await.unwrap();
        inner.commit().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(stored(&db).await, [1, 4]);
    }

    #[tokio::test]
    async fn the_outer_one_undoes_what_was_committed_within() {
        let db = db(None).await;
        let mut tx = db.begin().await.unwrap();
        let mut inner = tx.begin().await.unwrap();
        add(1, &mut inner).await;
        inner.commit().await.unwrap();
        drop(tx);
        assert_eq!(stored(&db).await, [0_i64; 0]);
    }

    #[tokio::test]
    async fn callbacks_run_when_everything_is_committed() {
        let db = db(None).await;
        let called = Arc::new(AtomicUsize::new(0));
        let calls = |number: usize| {
            let called = called.clone();
            move || _ = called.fetch_add(number, Ordering::Relaxed)
        };
        let mut tx = db.begin().await.unwrap();
        let mut inner = tx.begin().await.unwrap();
        inner.after_commit(calls(1));
        inner.commit().await.unwrap();
        let mut undone = tx.begin().await.unwrap();
        undone.after_commit(calls(10));
        drop(undone);
        tx.after_commit(calls(100));
        assert_eq!(called.load(Ordering::Relaxed), 0);
        tx.commit().await.unwrap();
        assert_eq!(called.load(Ordering::Relaxed), 101);
        let mut tx = db.begin().await.unwrap();
        tx.after_commit(calls(1000));
        drop(tx);
        assert_eq!(called.load(Ordering::Relaxed), 101);
    }

    #[tokio::test]
    async fn one_that_nobody_waits_for_any_more_is_undone() {
        let directory = tempfile::tempdir().unwrap();
        let db = db(Some(&directory)).await;
        // As far as the statement is on its way, if SQLite's thread is no faster.
        drop(db.begin().now_or_never());
        let mut tx = db.begin().await.unwrap();
        add(1, &mut tx).await;
        tx.commit().await.unwrap();
        assert_eq!(stored(&db).await, [1]);
    }

    /// As of a timeout around the innermost one, which had ended by then.
    #[tokio::test]
    async fn an_end_that_nobody_waits_for_any_more_undoes_nothing_of_others() {
        let db = db(None).await;
        // SQLite's thread may be as fast as to answer at once.
        for x in 1..=100 {
            let mut tx = db.begin().await.unwrap();
            let mut inner = tx.begin().await.unwrap();
            add(x, &mut inner).await;
            let innermost = inner.begin().await.unwrap();
            drop(innermost.commit().now_or_never());
            let innermost = inner.begin().await.unwrap();
            drop(innermost.rollback().now_or_never());
            inner.commit().await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(stored(&db).await.last(), Some(&x));
        }
    }

    #[tokio::test]
    async fn it_goes_on_after_sqlite_gave_up_a_transaction() {
        let db = db(None).await;
        let mut tx = db.begin().await.unwrap();
        add(1, &mut tx).await;
        let query = sqlx::query("INSERT OR ROLLBACK INTO t VALUES (1)");
        query.execute(&mut tx).await.unwrap_err();
        tx.commit().await.unwrap_err();
        // One that was begun by hand is none of ours.
        sqlx::query("BEGIN").execute(db.write()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        add(2, &mut tx).await;
        tx.commit().await.unwrap();
        assert_eq!(stored(&db).await, [2]);
    }
}

//! Transactions, which hold the writer and are rolled back if dropped without a commit.

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
use crate::telemetry::query_tracker::{self, CallSite, OpenTransaction};

/// A transaction. Its changes take effect together, with [`commit`](Self::commit).
///
/// A transaction that is dropped without a commit is rolled back.
///
/// Run queries on `&mut tx`. If a function runs some of the queries, give it a parameter
/// `tx: &mut Transaction<'_>`: then the function cannot be called without a transaction.
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
/// // If `pay` fails, only its own changes are rolled back.
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
    /// Marks the transaction as open until this field is dropped. `None` for a nested
    /// transaction.
    _begun: Option<Arc<OpenTransaction>>,
}

enum TransactionConnection<'t> {
    Own(WriterGuard),
    Outer(&'t mut SqliteConnection),
}

type Callbacks = Vec<Box<dyn FnOnce() + Send + Sync>>;

struct AfterCommit<'t> {
    callbacks: Callbacks,
    outer: Option<&'t mut Callbacks>,
}

/// The number of outer transactions. It determines the SQL that begins and ends this
/// transaction.
///
/// The transactions of sqlx are not used: sqlx counts the depth wrongly when SQLite
/// itself rolls back a transaction, for example because the disk is full.
///
/// Each depth has a different savepoint name. If the future of a commit is dropped,
/// `Drop` may end the transaction a second time. If all savepoints had the same name, that
/// statement would end the outer transaction.
#[derive(Clone, Copy)]
struct Depth(u32);

impl Depth {
    fn begin(self) -> SqlStr {
        match self.0 {
            // After a plain `BEGIN` and a read, a write fails if another connection has
            // written since the read. `IMMEDIATE` waits for the write lock now.
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
        let writer = db.acquire_writer(at, AccessMode::Write).await?;
        let _query_time = QueryTime::new(&db);
        let begun = query_tracker::begin(db.id(), at);
        // Created before `BEGIN` is sent: if this future is dropped, dropping `tx`
        // rolls back.
        let mut tx = Self {
            connection: TransactionConnection::Own(writer),
            db,
            depth: Depth(0),
            is_open: true,
            after_commit: AfterCommit { callbacks: Vec::new(), outer: None },
            _begun: Some(begun),
        };
        match tx.connection.send(tx.depth.begin()).await {
            // An earlier query contained `BEGIN`, and its transaction is still open.
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
    /// Begins a nested transaction, which can be rolled back alone.
    ///
    /// If the outer transaction is rolled back, the nested transaction is rolled back too.
    ///
    /// # Errors
    ///
    /// If SQLite cannot create a savepoint.
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

    /// Commits the changes.
    ///
    /// The changes of a nested transaction take effect with the outermost commit.
    ///
    /// # Errors
    ///
    /// If the changes cannot be written, for example on a full disk. All changes of this
    /// transaction are then rolled back.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let query_time = QueryTime::new(&self.db);
        self.connection.send(self.depth.commit()).await?;
        drop(query_time);
        self.is_open = false;
        let mut callbacks = std::mem::take(&mut self.after_commit.callbacks);
        match &mut self.after_commit.outer {
            Some(outer) => outer.append(&mut callbacks),
            None => {
                // Release the writer before the callbacks run.
                drop(self);
                callbacks.into_iter().for_each(|callback| callback());
            }
        }
        Ok(())
    }

    /// Rolls back all changes, and waits until SQLite has done so.
    ///
    /// # Errors
    ///
    /// If SQLite cannot roll back, for example because it has already rolled back the
    /// transaction by itself.
    pub async fn rollback(mut self) -> sqlx::Result<()> {
        let _query_time = QueryTime::new(&self.db);
        for statement in self.depth.rollback() {
            self.connection.send(statement).await?;
        }
        self.is_open = false;
        Ok(())
    }

    /// Returns the database of the transaction.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Adds a callback that runs after this and all outer transactions are committed.
    pub(crate) fn after_commit(&mut self, callback: impl FnOnce() + Send + Sync + 'static) {
        self.after_commit.callbacks.push(Box::new(callback));
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // One poll sends a statement to SQLite's thread, before the next holder
            // of the writer can send a statement.
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
            Self::Own(writer) => &writer.connection,
            Self::Outer(connection) => connection,
        }
    }
}

impl DerefMut for TransactionConnection<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Own(writer) => &mut writer.connection,
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
    async fn an_uncommitted_transaction_is_rolled_back() {
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
    async fn a_nested_transaction_is_rolled_back_alone() {
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
    async fn a_rollback_includes_committed_nested_transactions() {
        let db = db(None).await;
        let mut tx = db.begin().await.unwrap();
        let mut inner = tx.begin().await.unwrap();
        add(1, &mut inner).await;
        inner.commit().await.unwrap();
        drop(tx);
        assert_eq!(stored(&db).await, [0_i64; 0]);
    }

    #[tokio::test]
    async fn callbacks_run_after_the_outermost_commit() {
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
    async fn a_dropped_begin_is_rolled_back() {
        let directory = tempfile::tempdir().unwrap();
        let db = db(Some(&directory)).await;
        // Sends `BEGIN`, and is usually dropped before the result arrives.
        drop(db.begin().now_or_never());
        let mut tx = db.begin().await.unwrap();
        add(1, &mut tx).await;
        tx.commit().await.unwrap();
        assert_eq!(stored(&db).await, [1]);
    }

    /// This happens if a timeout expires while the innermost transaction ends.
    #[tokio::test]
    async fn a_dropped_commit_or_rollback_does_not_end_the_outer_transaction() {
        let db = db(None).await;
        // Repeated, because SQLite's thread sometimes answers within the first poll.
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
    async fn transactions_work_after_sqlite_has_rolled_back_by_itself() {
        let db = db(None).await;
        let mut tx = db.begin().await.unwrap();
        add(1, &mut tx).await;
        let query = sqlx::query("INSERT OR ROLLBACK INTO t VALUES (1)");
        query.execute(&mut tx).await.unwrap_err();
        tx.commit().await.unwrap_err();
        // If a query has sent `BEGIN`, the next transaction rolls it back.
        sqlx::query("BEGIN").execute(db.write()).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        add(2, &mut tx).await;
        tx.commit().await.unwrap();
        assert_eq!(stored(&db).await, [2]);
    }
}

//! Tracking of the queries and open transactions of a handler, a loader or a job.

use std::cell::{Cell, OnceCell};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tracing::Span;

/// Number and duration of queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// Number of queries.
    ///
    /// Beginning, committing or rolling back a transaction counts as a query, too.
    pub queries: u32,
    /// Duration of all queries together.
    ///
    /// Includes waits for a connection that reads, but not waits for the writer.
    pub time: Duration,
}

tokio::task_local! {
    static TRACKER: QueryTracker;
}

#[derive(Default)]
struct QueryTracker {
    timing: Cell<Timing>,
    /// Created when first needed, because most scopes have no transaction.
    transactions: OnceCell<Transactions>,
}

type Transactions = Arc<Mutex<Vec<Weak<OpenTransaction>>>>;

pub(crate) type CallSite = &'static Location<'static>;

pub(crate) struct OpenTransaction {
    database: usize,
    at: CallSite,
}

static HAS_DATABASE: AtomicBool = AtomicBool::new(false);

pub(crate) fn enable() {
    HAS_DATABASE.store(true, Relaxed);
}

/// Runs a handler, a loader or a job, and tracks its queries and transactions.
///
/// If there were queries, records their number and duration in the fields `queries` and
/// `query_ms` of the current span. Tracks nothing if the process has not opened a SQLite
/// database before.
pub(crate) async fn scope<F: Future>(future: F) -> F::Output {
    if !HAS_DATABASE.load(Relaxed) {
        return future.await;
    }
    let (output, timing) = QueryTracker::default().run(future).await;
    if timing.queries > 0 {
        let milliseconds = timing.time.as_micros() as f64 / 1000.0;
        Span::current().record("queries", timing.queries).record("query_ms", milliseconds);
    }
    output
}

/// Runs a future and measures its queries on each `Db`.
///
/// The queries of spawned tasks and of a nested `measure` are not counted.
pub async fn measure<F: Future>(future: F) -> (F::Output, Timing) {
    // The new scope shares the open transactions of the outer scope.
    let outer = TRACKER.try_with(|outer| outer.transactions.get_or_init(Arc::default).clone());
    let transactions = OnceCell::from(outer.unwrap_or_default());
    QueryTracker { transactions, ..QueryTracker::default() }.run(future).await
}

impl QueryTracker {
    async fn run<F: Future>(self, future: F) -> (F::Output, Timing) {
        let measured = async {
            let output = future.await;
            (output, TRACKER.with(|tracker| tracker.timing.get()))
        };
        TRACKER.scope(self, measured).await
    }
}

fn lock(transactions: &Transactions) -> MutexGuard<'_, Vec<Weak<OpenTransaction>>> {
    transactions.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn record_query(duration: Duration) {
    // The error means that there is no scope: the query is not counted.
    let _ = TRACKER.try_with(|tracker| {
        let Timing { queries, time } = tracker.timing.get();
        tracker.timing.set(Timing { queries: queries + 1, time: time + duration });
    });
}

pub(crate) fn begin(database: usize, at: CallSite) -> Arc<OpenTransaction> {
    let open = Arc::new(OpenTransaction { database, at });
    let _ = TRACKER.try_with(|tracker| {
        let mut transactions = lock(tracker.transactions.get_or_init(Arc::default));
        transactions.retain(|other| other.strong_count() > 0);
        transactions.push(Arc::downgrade(&open));
    });
    open
}

pub(crate) fn open_transaction(database: usize) -> Option<CallSite> {
    let open = TRACKER.try_with(|tracker| {
        let transactions = lock(tracker.transactions.get()?);
        let mut open = transactions.iter().filter_map(Weak::upgrade);
        open.find(|open| open.database == database).map(|open| open.at)
    });
    open.ok().flatten()
}

#[cfg(test)]
mod tests {
    use tracing::field::{Empty, Field, Visit};
    use tracing::{Instrument, Subscriber, span};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
    use tracing_subscriber::registry::LookupSpan;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Clone, Default)]
    struct Recorded(Arc<Mutex<Vec<String>>>);

    impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Recorded {
        fn on_record(&self, _: &span::Id, values: &span::Record<'_>, _: Context<'_, S>) {
            values.record(&mut self.clone());
        }
    }

    impl Visit for Recorded {
        fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
            self.0.lock().unwrap().push(format!("{field}={value:?}"));
        }
    }

    #[tokio::test]
    async fn the_span_records_number_and_duration_of_queries() {
        enable();
        let recorded = Recorded::default();
        let subscriber = tracing_subscriber::registry().with(recorded.clone());
        let _subscriber = tracing::subscriber::set_default(subscriber);
        let span = || tracing::info_span!("work", queries = Empty, query_ms = Empty);
        let work = scope(async {
            record_query(SECOND);
            record_query(SECOND);
        });
        work.instrument(span()).await;
        scope(async {}).instrument(span()).await;
        assert_eq!(*recorded.0.lock().unwrap(), ["queries=2", "query_ms=2000.0"]);
    }

    #[tokio::test]
    async fn queries_count_for_the_innermost_measurement() {
        record_query(SECOND);
        let ((), outer) = measure(async {
            record_query(SECOND);
            let ((), inner) = measure(async { record_query(SECOND * 3) }).await;
            assert_eq!(inner, Timing { queries: 1, time: SECOND * 3 });
            record_query(SECOND);
        })
        .await;
        assert_eq!(outer, Timing { queries: 2, time: SECOND * 2 });
    }

    #[tokio::test]
    async fn a_transaction_is_open_until_it_is_dropped() {
        enable();
        let here = Location::caller();
        let outside = begin(7, here);
        assert_eq!(open_transaction(7), None);
        drop(outside);
        scope(async {
            let begun = begin(7, here);
            assert_eq!(open_transaction(7), Some(here));
            assert_eq!(open_transaction(8), None);
            drop(begun);
            assert_eq!(open_transaction(7), None);
        })
        .await;
    }
}

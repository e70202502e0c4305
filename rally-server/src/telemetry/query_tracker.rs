//! A piece of work: a handler, a loader or a job that runs, and what it has
//! asked of the database.

use std::cell::{Cell, OnceCell};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tracing::Span;

/// What queries took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// How many there were.
    pub queries: u32,
    /// How long they took together, with the wait for a connection.
    pub time: Duration,
}

tokio::task_local! {
    static TRACKER: QueryTracker;
}

#[derive(Default)]
struct QueryTracker {
    timing: Cell<Timing>,
    /// Made by the first one: most work has none.
    transactions: OnceCell<Transactions>,
}

type Transactions = Arc<Mutex<Vec<Weak<Open>>>>;

/// Where a transaction that is open was begun.
pub(crate) type CallSite = &'static Location<'static>;

/// A transaction that is open, as long as it lives.
pub(crate) struct Open {
    /// Which database it is of.
    database: usize,
    at: CallSite,
}

/// Whether this process has a database whose queries are noted.
static HAS_DATABASE: AtomicBool = AtomicBool::new(false);

/// Queries are noted from now on: a database was opened.
pub(crate) fn enable() {
    HAS_DATABASE.store(true, Relaxed);
}

/// Runs a piece of work. Its span has the fields `queries` and `query_ms`, which
/// are filled in when it has asked any. Without a database there is nothing to
/// note, and it costs nothing; so nothing is noted in the work that opens the
/// process's first one.
pub(crate) async fn scope<F: Future>(work: F) -> F::Output {
    if !HAS_DATABASE.load(Relaxed) {
        return work.await;
    }
    let (output, timing) = QueryTracker::default().run(work).await;
    if timing.queries > 0 {
        let milliseconds = timing.time.as_micros() as f64 / 1000.0;
        Span::current().record("queries", timing.queries).record("query_ms", milliseconds);
    }
    output
}

/// Runs a future, and measures the queries that it makes itself; those of tasks
/// that it spawns are not its own.
pub async fn measure<F: Future>(future: F) -> (F::Output, Timing) {
    // A part of a work is beside the same transactions.
    let outer = TRACKER.try_with(|work| work.transactions.get_or_init(Arc::default).clone());
    let transactions = OnceCell::from(outer.unwrap_or_default());
    QueryTracker { transactions, ..QueryTracker::default() }.run(future).await
}

impl QueryTracker {
    async fn run<F: Future>(self, future: F) -> (F::Output, Timing) {
        let measured = async {
            let output = future.await;
            (output, TRACKER.with(|work| work.timing.get()))
        };
        TRACKER.scope(self, measured).await
    }
}

fn lock(transactions: &Transactions) -> MutexGuard<'_, Vec<Weak<Open>>> {
    transactions.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a query.
pub(crate) fn asked(took: Duration) {
    // Outside of any work nobody wants to know.
    let _ = TRACKER.try_with(|work| {
        let Timing { queries, time } = work.timing.get();
        work.timing.set(Timing { queries: queries + 1, time: time + took });
    });
}

/// Notes that this work has a transaction of a database open, as long as what is
/// returned lives.
pub(crate) fn begin(database: usize, at: CallSite) -> Arc<Open> {
    let open = Arc::new(Open { database, at });
    let _ = TRACKER.try_with(|work| {
        let mut transactions = lock(work.transactions.get_or_init(Arc::default));
        transactions.retain(|other| other.strong_count() > 0);
        transactions.push(Arc::downgrade(&open));
    });
    open
}

/// Where the transaction was begun that this work has open of a database.
pub(crate) fn open_transaction(database: usize) -> Option<CallSite> {
    let open = TRACKER.try_with(|work| {
        let transactions = lock(work.transactions.get()?);
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

    /// What is recorded in spans.
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
    async fn its_span_says_what_its_queries_took() {
        enable();
        let recorded = Recorded::default();
        let subscriber = tracing_subscriber::registry().with(recorded.clone());
        let _subscriber = tracing::subscriber::set_default(subscriber);
        let span = || tracing::info_span!("work", queries = Empty, query_ms = Empty);
        let work = scope(async {
            asked(SECOND);
            asked(SECOND);
        });
        work.instrument(span()).await;
        scope(async {}).instrument(span()).await;
        assert_eq!(*recorded.0.lock().unwrap(), ["queries=2", "query_ms=2000.0"]);
    }

    #[tokio::test]
    async fn queries_are_counted_for_the_work_that_makes_them() {
        asked(SECOND);
        let ((), outer) = measure(async {
            asked(SECOND);
            let ((), inner) = measure(async { asked(SECOND * 3) }).await;
            assert_eq!(inner, Timing { queries: 1, time: SECOND * 3 });
            asked(SECOND);
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

//! A piece of work: a handler, a loader or a job that runs, and what it has
//! asked of the database.

use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::{Arc, Weak};
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
    static WORK: Work;
}

#[derive(Default)]
struct Work {
    timing: Cell<Timing>,
    transaction: RefCell<Weak<Begun>>,
}

/// Where a transaction that is open was begun.
pub(crate) type Begun = &'static Location<'static>;

/// Runs a piece of work. Its span has the fields `queries` and `query_ms`, which
/// are filled in when it has asked any.
pub(crate) async fn scope<F: Future>(work: F) -> F::Output {
    let (output, timing) = measure(work).await;
    if timing.queries > 0 {
        let milliseconds = timing.time.as_micros() as f64 / 1000.0;
        Span::current().record("queries", timing.queries).record("query_ms", milliseconds);
    }
    output
}

/// Runs a future, and measures the queries that it makes itself; those of tasks
/// that it spawns are not its own.
pub async fn measure<F: Future>(future: F) -> (F::Output, Timing) {
    let measured = async {
        let output = future.await;
        (output, WORK.with(|work| work.timing.get()))
    };
    WORK.scope(Work::default(), measured).await
}

/// Notes a query.
pub(crate) fn asked(took: Duration) {
    // Outside of any work nobody wants to know.
    let _ = WORK.try_with(|work| {
        let Timing { queries, time } = work.timing.get();
        work.timing.set(Timing { queries: queries + 1, time: time + took });
    });
}

/// Notes that this work has a transaction open, as long as what is returned
/// lives.
pub(crate) fn begin(at: Begun) -> Arc<Begun> {
    let begun = Arc::new(at);
    let _ = WORK.try_with(|work| *work.transaction.borrow_mut() = Arc::downgrade(&begun));
    begun
}

/// Where the transaction was begun that this work has open.
pub(crate) fn open_transaction() -> Option<Begun> {
    let begun = WORK.try_with(|work| work.transaction.borrow().upgrade());
    begun.ok().flatten().map(|begun| *begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

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
        let here = Location::caller();
        let outside = begin(here);
        assert_eq!(open_transaction(), None);
        drop(outside);
        scope(async {
            let begun = begin(here);
            assert_eq!(open_transaction(), Some(here));
            drop(begun);
            assert_eq!(open_transaction(), None);
        })
        .await;
    }
}

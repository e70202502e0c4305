//! The futures and timers of one owner, such as a page. They are dropped when the owner ends.

use std::rc::Rc;
use std::time::Duration;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt};
use rally_core::effect::Each;

use super::{Clock, LocalFuture};

/// Shortest interval of a timer. A timer with an interval of zero would block the page.
const SHORTEST: Duration = Duration::from_millis(1);

/// The futures of one owner. Dropping this value drops its futures and streams, and stops its
/// timers.
pub struct Tasks {
    clock: Rc<dyn Clock>,
    sender: UnboundedSender<LocalFuture<()>>,
}

impl Tasks {
    /// Creates an empty set of tasks, which runs on the clock's executor.
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        let (sender, receiver) = unbounded();
        clock.spawn(Box::pin(run(receiver)));
        Self { clock, sender }
    }

    /// Runs a future until it completes or the tasks are dropped.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        // An error means that the executor has dropped the task that runs the futures.
        let _ = self.sender.unbounded_send(Box::pin(future));
    }

    /// Runs a stream to its end. The items are empty, because the stream itself queues the messages
    /// for the page.
    pub fn stream(&self, mut stream: impl Stream<Item = ()> + Unpin + 'static) {
        self.spawn(async move { while stream.next().await.is_some() {} });
    }

    /// Calls `then` after a delay.
    pub fn after(&self, delay: Duration, then: impl FnOnce() + 'static) {
        let sleep = self.clock.sleep(delay);
        self.spawn(async move {
            sleep.await;
            then();
        });
    }

    /// Calls `each` at every interval, the first time after one interval.
    pub fn every(&self, interval: Duration, mut each: Each<(), ()>) {
        let clock = self.clock.clone();
        self.spawn(async move {
            let interval = interval.max(SHORTEST);
            // Each time is counted from the start, so that delays do not add up. Missed calls are
            // skipped.
            let mut next = clock.now();
            loop {
                let now = clock.now();
                next = next.saturating_add(interval);
                if next <= now {
                    next = now.saturating_add(interval);
                }
                clock.sleep(next - now).await;
                each(());
            }
        });
    }
}

async fn run(mut receiver: UnboundedReceiver<LocalFuture<()>>) {
    let mut running = FuturesUnordered::new();
    loop {
        if running.is_empty() {
            match receiver.next().await {
                Some(future) => running.push(future),
                None => return,
            }
        }
        match select(receiver.next(), running.next()).await {
            Either::Left((Some(future), _)) => running.push(future),
            Either::Left((None, _)) => return,
            Either::Right(_) => {}
        }
    }
}

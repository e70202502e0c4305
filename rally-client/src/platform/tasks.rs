//! The futures of one owner, which end with it.

use std::rc::Rc;
use std::time::Duration;

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{Stream, StreamExt};
use rally_core::effect::Each;

use super::{Clock, Local};

/// The shortest interval: one of zero would starve the page.
const SHORTEST: Duration = Duration::from_millis(1);

/// The futures of one owner. Dropped with it: timers stop, streams and futures
/// are dropped wherever they are.
pub struct Tasks {
    clock: Rc<dyn Clock>,
    sender: UnboundedSender<Local<()>>,
}

impl Tasks {
    /// Nothing yet.
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        let (sender, receiver) = unbounded();
        clock.spawn(Box::pin(run(receiver)));
        Self { clock, sender }
    }

    /// Runs a future.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        // The receiver lives as long as this sender.
        let _ = self.sender.unbounded_send(Box::pin(future));
    }

    /// Runs a stream; what it yields is already in the page's queue.
    pub fn stream(&self, mut stream: impl Stream<Item = ()> + Unpin + 'static) {
        self.spawn(async move { while stream.next().await.is_some() {} });
    }

    /// Waits, then calls.
    pub fn after(&self, delay: Duration, then: impl FnOnce() + 'static) {
        let sleep = self.clock.sleep(delay);
        self.spawn(async move {
            sleep.await;
            then();
        });
    }

    /// Calls at every interval.
    pub fn every(&self, interval: Duration, mut each: Each<(), ()>) {
        let clock = self.clock.clone();
        self.spawn(async move {
            let interval = interval.max(SHORTEST);
            // Counted from the start, so that late timers do not add up; what
            // was missed altogether is not made up for.
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

/// Runs futures until the sender is dropped.
async fn run(mut receiver: UnboundedReceiver<Local<()>>) {
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

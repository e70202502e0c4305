//! The futures and timers of one owner, such as a page. They are dropped when the owner ends.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream;
use rally_core::effect::{Each, KeyedState, TaskGroup};
use rally_core::running::visit;

use super::{Clock, LocalFuture};

/// Shortest interval of a timer. A timer with an interval of zero would block the page.
const SHORTEST: Duration = Duration::from_millis(1);

/// The futures of one owner. Dropping this value drops its futures and streams, and stops its
/// timers.
pub struct Tasks {
    clock: Rc<dyn Clock>,
    /// The executor owns the tasks, so those that have completed are gone.
    started: RefCell<Vec<Weak<Task>>>,
    /// The state of the effects with a key.
    keyed: RefCell<Option<Box<dyn KeyedState>>>,
}

impl Tasks {
    /// Creates an empty set of tasks, which runs on the clock's executor.
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        Self { clock, started: RefCell::default(), keyed: RefCell::default() }
    }

    /// Runs a future until it completes or the tasks are dropped.
    pub fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.start(Box::pin(future));
    }

    fn start(&self, future: LocalFuture<()>) {
        let task = Rc::new(Task {
            visit: visit::handled(),
            future: Cell::new(Some(future)),
            ..Task::default()
        });
        self.record(Rc::downgrade(&task));
        self.clock.spawn(Box::pin(poll_fn(move |cx| task.poll(cx))));
    }

    fn record(&self, task: Weak<Task>) {
        let started = &mut *self.started.borrow_mut();
        if started.len() == started.capacity() {
            started.retain(|task| task.strong_count() > 0);
        }
        started.push(task);
    }

    /// Returns the state of the effects with a key.
    pub fn keyed(&self) -> &RefCell<Option<Box<dyn KeyedState>>> {
        &self.keyed
    }

    /// Removes the navigations from the delayed actions.
    pub fn forget_navigations(&self) {
        self.keyed.borrow_mut().iter_mut().for_each(|keyed| keyed.forget_navigations());
    }

    /// Runs a stream to its end. The items are empty, because the stream itself queues the messages
    /// for the page.
    pub fn stream(&self, mut stream: Pin<Box<dyn Stream<Item = ()>>>) {
        self.spawn(poll_fn(move |cx| {
            loop {
                match stream.as_mut().poll_next(cx) {
                    Poll::Ready(Some(())) => {}
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        }));
    }

    /// Calls `then` after a delay.
    pub fn after(&self, delay: Duration, then: impl FnOnce() + 'static) {
        self.call_after(delay, Box::new(then));
    }

    /// Not generic, because each future adds code.
    fn call_after(&self, delay: Duration, then: Box<dyn FnOnce()>) {
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
                clock.sleep(next.saturating_sub(now)).await;
                // Each time is an event of its own: otherwise an interval would be of no use after a
                // change of the URL.
                let _shown = visit::enter(0);
                each(());
            }
        });
    }
}

impl TaskGroup for Tasks {
    fn is_idle(&self) -> bool {
        self.started.borrow().iter().all(|task| task.strong_count() == 0)
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for task in self.started.take().iter().filter_map(Weak::upgrade) {
            task.end();
        }
    }
}

/// A future that ends when its owner ends.
#[derive(Default)]
struct Task {
    /// The visit in which the future was started.
    visit: u32,
    /// `None` while the future runs, and after its end.
    future: Cell<Option<LocalFuture<()>>>,
    waker: Cell<Option<Waker>>,
    is_ended: Cell<bool>,
}

impl Task {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(mut future) = self.future.take() else { return Poll::Ready(()) };
        self.waker.set(Some(cx.waker().clone()));
        let _visit = visit::enter(self.visit);
        // The future may end the owner.
        if future.as_mut().poll(cx).is_ready() || self.is_ended.get() {
            return Poll::Ready(());
        }
        self.future.set(Some(future));
        Poll::Pending
    }

    fn end(&self) {
        self.is_ended.set(true);
        drop(self.future.take());
        // The executor still has the task.
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An executor that polls a future whenever it is told to.
    #[derive(Default)]
    struct Manual(RefCell<Vec<LocalFuture<()>>>);

    impl Manual {
        /// Polls all futures, and returns the number of those that have not completed.
        fn poll(&self) -> usize {
            let mut futures = self.0.take();
            let cx = &mut Context::from_waker(Waker::noop());
            futures.retain_mut(|future| future.as_mut().poll(cx).is_pending());
            self.0.borrow_mut().append(&mut futures);
            self.0.borrow().len()
        }
    }

    impl Clock for Manual {
        fn now(&self) -> Duration {
            Duration::ZERO
        }
        fn sleep(&self, _: Duration) -> LocalFuture<()> {
            Box::pin(std::future::pending())
        }
        fn spawn(&self, future: LocalFuture<()>) {
            self.0.borrow_mut().push(future);
        }
        fn random(&self) -> f64 {
            0.0
        }
    }

    #[test]
    fn the_end_of_the_owner_drops_its_futures_at_once() {
        let executor = Rc::new(Manual::default());
        let (tasks, held) = (Tasks::new(executor.clone()), Rc::new(()));
        for _ in 0..3 {
            let held = held.clone();
            tasks.after(Duration::ZERO, move || drop(held));
        }
        assert_eq!((executor.poll(), Rc::strong_count(&held)), (3, 4));
        drop(tasks);
        assert_eq!((Rc::strong_count(&held), executor.poll()), (1, 0));
    }

    #[test]
    fn a_future_may_end_its_own_owner() {
        let executor = Rc::new(Manual::default());
        let tasks = Rc::new(Cell::new(Some(Tasks::new(executor.clone()))));
        let owner = tasks.clone();
        let started = tasks.take().unwrap();
        started.spawn(async move {
            drop(owner.take());
            std::future::pending().await
        });
        tasks.set(Some(started));
        assert_eq!(executor.poll(), 0);
        assert!(tasks.take().is_none());
    }

    #[test]
    fn completed_futures_are_forgotten() {
        let executor = Rc::new(Manual::default());
        let tasks = Tasks::new(executor.clone());
        for _ in 0..1000 {
            tasks.spawn(async {});
            assert_eq!(executor.poll(), 0);
        }
        assert!(tasks.started.borrow().len() < 10);
    }
}

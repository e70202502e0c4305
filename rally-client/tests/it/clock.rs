//! A clock that a test moves, its sleeps, and an executor.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use rally_client::platform::LocalFuture;

#[derive(Default)]
pub(crate) struct Clock {
    now: Cell<Duration>,
    last: Cell<u64>,
    /// Wakers of the sleeps. A sleep that is dropped is removed.
    sleeps: RefCell<BTreeMap<u64, (Duration, Waker)>>,
}

impl Clock {
    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    pub(crate) fn sleep(self: &Rc<Self>, time: Duration) -> LocalFuture<()> {
        let id = self.last.get() + 1;
        self.last.set(id);
        let due = self.now().saturating_add(time);
        self.sleeps.borrow_mut().insert(id, (due, Waker::noop().clone()));
        Box::pin(Sleep { clock: self.clone(), due, id })
    }

    pub(crate) fn sleeps(&self) -> usize {
        self.sleeps.borrow().len()
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.sleeps.borrow().values().map(|(due, _)| *due).min()
    }

    /// Moves the clock forward, and wakes the sleeps that are due.
    pub(crate) fn set(&self, now: Duration) {
        self.now.set(self.now().max(now));
        let sleeps = self.sleeps.borrow();
        sleeps.values().filter(|(due, _)| *due <= now).for_each(|(_, waker)| waker.wake_by_ref());
    }
}

struct Sleep {
    clock: Rc<Clock>,
    due: Duration,
    id: u64,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.due <= self.clock.now() {
            return Poll::Ready(());
        }
        self.clock.sleeps.borrow_mut().insert(self.id, (self.due, cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.clock.sleeps.borrow_mut().remove(&self.id);
    }
}

/// The tasks of the one thread. A task is polled only after it was woken, as in
/// the browser, so that a lost wake-up is noticed.
#[derive(Default)]
pub(crate) struct Executor {
    tasks: RefCell<Vec<(Arc<Woken>, LocalFuture<()>)>>,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Executor {
    pub(crate) fn spawn(&self, future: LocalFuture<()>) {
        self.tasks.borrow_mut().push((Arc::new(Woken(AtomicBool::new(true))), future));
    }

    pub(crate) fn tasks(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Polls each task that was woken once. Returns `true` if there were any.
    pub(crate) fn turn(&self) -> bool {
        let woken = |(woken, _): &mut (Arc<Woken>, _)| woken.0.swap(false, Ordering::Relaxed);
        // Taken out of the list, because a task may spawn another.
        let ready: Vec<_> = self.tasks.borrow_mut().extract_if(.., woken).collect();
        let any = !ready.is_empty();
        for (woken, mut future) in ready {
            let waker = woken.clone().into();
            if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                self.tasks.borrow_mut().push((woken, future));
            }
        }
        any
    }
}

//! The executor: runs the woken tasks in a microtask of the browser.

use std::cell::RefCell;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use super::signals;
use crate::platform::LocalFuture;

thread_local! {
    /// The tasks by number.
    static TASKS: RefCell<Vec<Option<Task>>> = const { RefCell::new(Vec::new()) };
    /// The numbers of the tasks to run. While the list is not empty, a run is scheduled.
    static WOKEN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

struct Task {
    /// `None` while the task runs: it may spawn another task, or wake itself.
    future: Option<LocalFuture<()>>,
    waker: Waker,
}

/// Wakes the task of a number. After the task has ended, another may have its number, which then
/// runs without a reason.
struct Number(usize);

impl Wake for Number {
    fn wake(self: Arc<Self>) {
        let is_first = WOKEN.with_borrow_mut(|woken| {
            woken.push(self.0);
            woken.len() == 1
        });
        if is_first {
            signals::schedule();
        }
    }
}

/// Starts a task.
pub(super) fn spawn(future: LocalFuture<()>) {
    let waker = TASKS.with_borrow_mut(|tasks| {
        let number = tasks.iter().position(Option::is_none).unwrap_or_else(|| {
            tasks.push(None);
            tasks.len() - 1
        });
        let waker = Waker::from(Arc::new(Number(number)));
        tasks[number] = Some(Task { future: Some(future), waker: waker.clone() });
        waker
    });
    waker.wake();
}

/// Runs the tasks that are woken. Those that are woken meanwhile run in the next microtask.
pub(super) fn run() {
    for number in WOKEN.take() {
        run_task(number);
    }
}

fn run_task(number: usize) {
    let taken = TASKS.with_borrow_mut(|tasks| {
        let task = tasks[number].as_mut()?;
        Some((task.future.take()?, task.waker.clone()))
    });
    let Some((mut future, waker)) = taken else { return };
    let has_ended = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
    // A task that has ended is dropped while nothing is borrowed, because its drop may spawn a task.
    let _ended = TASKS.with_borrow_mut(|tasks| match (has_ended, &mut tasks[number]) {
        (false, Some(task)) => {
            task.future = Some(future);
            None
        }
        (_, task) => Some((task.take(), future)),
    });
}

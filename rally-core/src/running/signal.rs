//! The signal that a message is queued.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// A signal that a program has a message to handle.
///
/// All programs of an app share one signal, and one task waits for it. A program
/// may raise it on any thread. If no task
/// waits, the signal stays raised until it is cleared.
#[derive(Clone, Default)]
pub struct Signal(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    is_raised: bool,
    /// Wakes the task that waits.
    waiting: Option<Waker>,
}

impl Signal {
    /// Raises the signal, and wakes the task that waits for it.
    pub fn raise(&self) {
        let mut state = self.state();
        state.is_raised = true;
        let waiting = state.waiting.take();
        // A waker may run any code, so the lock ends first.
        drop(state);
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    /// Lowers the signal.
    ///
    /// Call this method before the last look for a message: a message that is
    /// queued after the look raises the signal again.
    pub fn clear(&self) {
        self.state().is_raised = false;
    }

    /// Waits until the signal is raised. Only one task can wait.
    pub async fn raised(&self) {
        poll_fn(|cx| {
            let mut state = self.state();
            if state.is_raised {
                return Poll::Ready(());
            }
            state.waiting = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("is_raised", &self.state().is_raised).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use super::*;

    #[test]
    fn a_task_waits_until_the_signal_is_raised() {
        let signal = Signal::default();
        let is_raised = || {
            let cx = &mut Context::from_waker(Waker::noop());
            pin!(signal.raised()).poll(cx).is_ready()
        };
        assert!(!is_raised());
        signal.clone().raise();
        assert!(is_raised() && is_raised());
        signal.clear();
        assert!(!is_raised());
    }

    #[test]
    fn raising_wakes_the_task_once() {
        struct Woken(Mutex<usize>);

        impl std::task::Wake for Woken {
            fn wake(self: Arc<Self>) {
                *self.0.lock().unwrap() += 1;
            }
        }

        let (signal, woken) = (Signal::default(), Arc::new(Woken(Mutex::new(0))));
        let waker = Waker::from(woken.clone());
        let mut waiting = pin!(signal.raised());
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        signal.raise();
        signal.raise();
        assert_eq!(*woken.0.lock().unwrap(), 1);
        assert!(waiting.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
    }
}

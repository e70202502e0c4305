//! The deadlines of a connection: hyper sets a deadline for the header of each request.
//!
//! Each deadline is later than the previous deadline. So all deadlines share one timer, which
//! is reset only when it fires. A timer for each request would slow down small calls.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt;
use tokio::time::{Instant, Sleep, sleep_until};

#[derive(Default)]
pub(super) struct Deadlines {
    timer: Arc<DeadlineTimer>,
}

type DeadlineTimer = Mutex<Option<Pin<Box<Sleep>>>>;

struct Deadline {
    due: Instant,
    timer: Arc<DeadlineTimer>,
}

impl rt::Timer for Deadlines {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, due: std::time::Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(Deadline { due: due.into(), timer: self.timer.clone() })
    }

    fn now(&self) -> std::time::Instant {
        Instant::now().into()
    }
}

impl rt::Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Only the connection's own task locks the mutex, so the lock never blocks.
        let mut timer = self.timer.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(self.due)));
        loop {
            ready!(timer.as_mut().poll(cx));
            if timer.deadline() >= self.due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(self.due);
        }
    }
}

//! A connection's deadlines: hyper sets one for each request's header.
//!
//! Each is later than the one before. So there is one alarm for all of them,
//! and it is set anew only when it goes off: a timer of its own for each
//! request would be registered, and taken back, at the cost of a small call.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::rt;
use tokio::time::{Instant, Sleep, sleep_until};

/// The deadlines of one connection.
#[derive(Default)]
pub(super) struct Deadlines {
    alarm: Arc<DeadlineTimer>,
}

type DeadlineTimer = Mutex<Option<Pin<Box<Sleep>>>>;

/// One deadline.
struct Deadline {
    due: Instant,
    alarm: Arc<DeadlineTimer>,
}

impl rt::Timer for Deadlines {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn rt::Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, due: std::time::Instant) -> Pin<Box<dyn rt::Sleep>> {
        Box::pin(Deadline { due: due.into(), alarm: self.alarm.clone() })
    }

    fn now(&self) -> std::time::Instant {
        Instant::now().into()
    }
}

impl rt::Sleep for Deadline {}

impl Future for Deadline {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Only the connection's own task comes here.
        let mut alarm = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        let alarm = alarm.get_or_insert_with(|| Box::pin(sleep_until(self.due)));
        loop {
            ready!(alarm.as_mut().poll(cx));
            if alarm.deadline() >= self.due {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(self.due);
        }
    }
}

//! A timer that is a future; dropped, it is cleared.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use gloo_timers::callback::Timeout;

/// `setTimeout` counts in a signed 32-bit number of milliseconds; more would
/// fire at once.
const LONGEST: u128 = i32::MAX as u128;

pub(super) struct Sleep {
    fired: oneshot::Receiver<()>,
    _timeout: Timeout,
}

impl Sleep {
    pub(super) fn new(time: Duration) -> Self {
        let (fire, fired) = oneshot::channel();
        // Rounded up: a timer that is early would be set again and again.
        let millis = time.as_micros().div_ceil(1000).min(LONGEST);
        let timeout = Timeout::new(millis as u32, move || {
            let _ = fire.send(());
        });
        Self { fired, _timeout: timeout }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(cx).map(drop)
    }
}

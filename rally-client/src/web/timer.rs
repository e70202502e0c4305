//! The clock, and timers as futures. Dropping the future clears the timer.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_channel::oneshot;
use gloo_timers::callback::Timeout;

use super::Browser;
use crate::platform::{Clock, LocalFuture};

impl Clock for Browser {
    fn now(&self) -> Duration {
        let performance = self.window.performance();
        let now = performance.map_or(0.0, |clock| clock.time_origin() + clock.now());
        Duration::from_secs_f64(now.max(0.0) / 1000.0)
    }

    fn sleep(&self, time: Duration) -> LocalFuture<()> {
        Box::pin(Sleep::new(time))
    }

    fn spawn(&self, future: LocalFuture<()>) {
        wasm_bindgen_futures::spawn_local(future);
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// Maximum delay of `setTimeout`, in milliseconds. A longer timer would fire at once.
const MAX_DELAY: u128 = i32::MAX as u128;

struct Sleep {
    fired: oneshot::Receiver<()>,
    _timeout: Timeout,
}

impl Sleep {
    fn new(time: Duration) -> Self {
        let (fire, fired) = oneshot::channel();
        // Rounded up: if a timer fired too early, its caller would set another timer.
        let millis = time.as_micros().div_ceil(1000).min(MAX_DELAY);
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

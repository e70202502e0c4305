//! The clock, and timers as futures. Dropping the future clears the timer.

use std::time::Duration;

use wasm_bindgen::prelude::wasm_bindgen;

use super::{Browser, executor, requests};
use crate::platform::{Clock, LocalFuture};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Math)]
    fn random() -> f64;
}

impl Clock for Browser {
    fn now(&self) -> Duration {
        // Unlike `Duration::from_secs_f64`, a conversion to an integer needs no text of an error.
        Duration::from_micros((requests::now() * 1000.0) as u64)
    }

    fn sleep(&self, time: Duration) -> LocalFuture<()> {
        let timer = requests::timer(time);
        Box::pin(async move { drop(timer.answer().await) })
    }

    fn spawn(&self, future: LocalFuture<()>) {
        executor::spawn(future);
    }

    fn random(&self) -> f64 {
        random()
    }
}

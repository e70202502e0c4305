//! Requests that the browser answers later: timers, HTTP requests, copies to the clipboard, and
//! changes of the local storage.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/requests.js")]
extern "C" {
    /// Returns the milliseconds since a moment that is the same for all documents.
    pub(super) fn now() -> f64;
    fn cancel(number: u32);
    fn sleep(number: u32, milliseconds: u32);
    #[wasm_bindgen(js_name = listenToKey)]
    fn listen_to_key(number: u32, key: &str);
    #[wasm_bindgen(js_name = copy)]
    fn copy_text(number: u32, text: &str);
    #[wasm_bindgen(js_name = send)]
    fn send_request(number: u32);
}

thread_local! {
    static PENDING: RefCell<Vec<Pending>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

struct Pending {
    number: u32,
    /// The answers that were not polled yet.
    answers: VecDeque<Answer>,
    waker: Option<Waker>,
}

/// An answer to a request.
pub(super) struct Answer {
    pub(super) text: Option<String>,
    pub(super) data: Option<Vec<u8>>,
}

/// A request. Dropping it cancels it.
pub(super) struct Request(u32);

impl Request {
    /// Makes a request by a function of requests.js.
    fn new(begin: impl FnOnce(u32)) -> Self {
        let number = LAST.get().wrapping_add(1);
        LAST.set(number);
        let pending = Pending { number, answers: VecDeque::new(), waker: None };
        PENDING.with_borrow_mut(|all| all.push(pending));
        begin(number);
        Self(number)
    }

    /// Waits for the next answer.
    pub(super) async fn answer(&self) -> Answer {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<Answer> {
        let polled = with(self.0, |pending| {
            let answer = pending.answers.pop_front();
            (answer, pending.waker.replace(cx.waker().clone()))
        });
        // The waker of the last time is dropped while nothing is borrowed.
        let answer = polled.and_then(|(answer, _waker)| answer);
        answer.map_or(Poll::Pending, Poll::Ready)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        // The borrow ends before the waker is dropped, which may drop a task.
        let _pending = PENDING.with_borrow_mut(|all| {
            let place = all.iter().position(|pending| pending.number == self.0);
            place.map(|place| all.swap_remove(place))
        });
        cancel(self.0);
    }
}

/// Handles an answer of the browser.
pub(super) fn answer(number: u32, answer: Answer) {
    let waker = with(number, |pending| {
        pending.answers.push_back(answer);
        pending.waker.take()
    });
    if let Some(waker) = waker.flatten() {
        waker.wake();
    }
}

fn with<T>(number: u32, f: impl FnOnce(&mut Pending) -> T) -> Option<T> {
    PENDING.with_borrow_mut(|all| all.iter_mut().find(|it| it.number == number).map(f))
}

/// Maximum delay of `setTimeout`, in milliseconds. A longer timer would fire at once.
const MAX_DELAY: u64 = i32::MAX as u64;

/// Starts a timer.
pub(super) fn timer(time: Duration) -> Request {
    // Rounded up: if a timer fired too early, its caller would set another timer.
    let rounded = time.saturating_add(Duration::from_nanos(999_999));
    let milliseconds = rounded.as_secs().saturating_mul(1000) + u64::from(rounded.subsec_millis());
    Request::new(|number| sleep(number, milliseconds.min(MAX_DELAY) as u32))
}

/// Sends the HTTP request that requests.js has in preparation.
pub(super) fn send() -> Request {
    Request::new(send_request)
}

/// Copies a text to the clipboard. The answer has a text if the browser has allowed it.
pub(super) fn copy(text: &str) -> Request {
    Request::new(|number| copy_text(number, text))
}

/// A stream of the values that other tabs write to one key of the local storage.
pub(super) struct Changes(Request);

impl Changes {
    pub(super) fn of(key: &str) -> Self {
        Self(Request::new(|number| listen_to_key(number, key)))
    }
}

impl Stream for Changes {
    type Item = Option<String>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll(cx).map(|answer| Some(answer.text))
    }
}

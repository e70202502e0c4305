//! The signals of the browser to the app. All arrive in one function, because each function that
//! JavaScript may call adds code.

use std::rc::Rc;

use wasm_bindgen::prelude::{Closure, wasm_bindgen};

use super::{events, executor, history, requests};
use crate::app::App;

// The kinds of signals, as in signals.js.
const RUN: u32 = 0;
const ANSWER: u32 = 1;
const OPENED: u32 = 2;
const CLOSED: u32 = 3;
const FRAME: u32 = 4;
const CLICKED: u32 = 5;
const POPPED: u32 = 6;
const SHOWN: u32 = 7;
const EDITED: u32 = 8;
const ONLINE: u32 = 9;
const SYSTEM_CHANGED: u32 = 10;

#[wasm_bindgen(module = "/src/web/signals.js")]
extern "C" {
    fn attach(receive: &Receive);
    /// Lets the browser send the signal `RUN` soon.
    pub(super) fn schedule();
}

/// Receives the kind of a signal, the number of a request (for `POPPED` 1 for an entry of the app,
/// else 0), a text and bytes. Returns `true` if the
/// browser must not handle the event.
type Receive = Closure<dyn Fn(u32, u32, Option<String>, Option<Vec<u8>>) -> bool>;

/// Starts to pass signals to the app.
pub(super) fn listen(app: &Rc<App>) {
    let app = app.clone();
    let receive = Receive::new(move |kind, number, text: Option<String>, data: Option<Vec<u8>>| {
        match kind {
            RUN => executor::run(),
            ANSWER => requests::answer(number, requests::Answer { text, data }),
            OPENED => app.opened(),
            CLOSED => app.closed(),
            FRAME => app.received(&data.unwrap_or_default()),
            CLICKED => return events::clicked(&app, history::split(text.unwrap_or_default())),
            POPPED => events::popped(&app, history::split(text.unwrap_or_default()), number == 1),
            SHOWN => app.document_kept(),
            EDITED => app.edited(),
            ONLINE => app.online(),
            SYSTEM_CHANGED => app.system_changed(),
            _ => {}
        }
        false
    });
    attach(&receive);
    receive.forget();
}

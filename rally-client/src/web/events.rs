//! The browser's events, passed to the app. events.js hears them.

use std::rc::Rc;

use rally_core::effect::History;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::app::{App, NavigationCause};
use crate::platform::LocalUrl;

#[wasm_bindgen(module = "/src/web/events.js")]
extern "C" {
    /// Adds the listeners for the events of the window and the document.
    #[wasm_bindgen(js_name = listenToEvents)]
    pub(super) fn listen();
    /// Sets whether the browser asks the visitor before it leaves the document.
    #[wasm_bindgen(js_name = askBeforeLeaving)]
    pub(super) fn ask_before_leaving(asks: bool);
    #[wasm_bindgen(js_name = prefersDark)]
    pub(super) fn prefers_dark() -> bool;
}

/// Handles a plain click on a link to a URL of this origin. Returns `true` if the app navigates.
pub(super) fn clicked(app: &Rc<App>, url: LocalUrl) -> bool {
    let is_current = app.is_current(&url);
    // The browser loads other documents, and scrolls to fragments of the shown page.
    if !app.has_page(&url) || (is_current && !url.fragment.is_empty()) {
        return false;
    }
    let history = if is_current { History::Replace } else { History::Push };
    app.navigate(url, NavigationCause::Visit(history));
    true
}

/// Handles the back or forward button. `is_known` is `false` for an entry that the browser has
/// added for a link to a fragment.
pub(super) fn popped(app: &Rc<App>, url: LocalUrl, is_known: bool) {
    if is_known || !app.is_current(&url) {
        app.popped(url);
    }
}

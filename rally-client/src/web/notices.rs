//! The elements that the runtime adds to the document. `notices.js` makes them.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(module = "/src/web/notices.js")]
extern "C" {
    #[wasm_bindgen(js_name = showDisconnected)]
    pub(super) fn show_disconnected(is_shown: bool);
    #[wasm_bindgen(js_name = showOutdated)]
    pub(super) fn show_outdated(is_shown: bool);
    #[wasm_bindgen(js_name = showProgress)]
    pub(super) fn show_progress(is_shown: bool);
    /// Adds the announcer for screen readers.
    pub(super) fn prepare();
}

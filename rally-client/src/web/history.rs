//! The history: URLs, page loads and scroll positions. history.js owns their state.

use rally_core::effect::History;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Browser;
use crate::platform::{Arrival, LocalUrl, Location};

#[wasm_bindgen(module = "/src/web/history.js")]
extern "C" {
    #[wasm_bindgen(js_name = dropForm)]
    fn drop_form() -> Option<String>;
    /// Takes over the history. Called once.
    pub(super) fn start();
    #[wasm_bindgen(js_name = localUrl)]
    fn full_url(url: &str) -> Option<String>;
    #[wasm_bindgen(js_name = writeHistory)]
    fn write(url: &str, replaces: bool);
    fn arrived(fragment: &str, is_return: bool);
    #[wasm_bindgen(js_name = arrivedInPlace)]
    fn arrived_in_place(fragment: &str, is_return: bool);
    #[wasm_bindgen(js_name = loadDocument)]
    fn load_document(url: &str, replaces: bool);
    fn reload();
}

impl Location for Browser {
    fn local_url(&self, url: &str) -> Option<LocalUrl> {
        full_url(url).map(split)
    }

    fn write_history(&self, url: &LocalUrl, history: History) {
        write(&[&*url.path, &*url.fragment].concat(), history == History::Replace);
    }

    fn arrived(&self, url: &LocalUrl, arrival: Arrival) {
        arrived(&url.fragment, arrival == Arrival::Returned);
    }

    fn arrived_in_place(&self, url: &LocalUrl, arrival: Arrival) {
        arrived_in_place(&url.fragment, arrival == Arrival::Returned);
    }

    fn load_document(&self, url: &str, history: History) {
        load_document(url, history == History::Replace);
    }

    fn reload(&self) {
        reload();
    }
}

/// Returns the URL of the document, after the name of a posted form is removed from it.
pub(super) fn here() -> Option<LocalUrl> {
    drop_form().map(split)
}

/// Splits path, query and fragment, as history.js returns them.
pub(super) fn split(mut path: String) -> LocalUrl {
    let fragment = path.find('#').map(|start| path.split_off(start));
    LocalUrl { path, fragment: fragment.unwrap_or_default() }
}

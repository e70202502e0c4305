//! The files that a visitor has chosen, and the questions of forms.

use rally_core::form::BrowserFile;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Asks the visitor a question. Returns `true` if they agree.
    pub(super) fn confirm(question: &str) -> bool;
}

#[wasm_bindgen(module = "/src/web/files.js")]
extern "C" {
    fn release(number: u32);
}

/// Returns the handle of a file that files.js keeps until the last clone of the handle is dropped.
pub(super) fn handle(number: u32) -> BrowserFile {
    BrowserFile::new(number, release)
}

//! The files that a visitor has chosen, and the questions of forms.

use std::cell::RefCell;

use rally_core::form::BrowserFile;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Asks the visitor a question. Returns `true` if they agree.
    pub(super) fn confirm(question: &str) -> bool;
}

thread_local! {
    /// The files that the app refers to, by the numbers of their handles.
    static FILES: RefCell<Vec<Option<web_sys::File>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps a file until the last clone of the returned handle is dropped.
pub(super) fn keep(file: web_sys::File) -> BrowserFile {
    let number = FILES.with_borrow_mut(|files| {
        let free = files.iter().position(Option::is_none).unwrap_or_else(|| {
            files.push(None);
            files.len() - 1
        });
        files[free] = Some(file);
        free as u32
    });
    BrowserFile::new(number, release)
}

fn release(number: u32) {
    FILES.with_borrow_mut(|files| files[number as usize] = None);
}

/// Finds a kept file.
pub(super) fn find(file: &BrowserFile) -> Option<web_sys::File> {
    FILES.with_borrow(|files| files.get(file.number() as usize).cloned().flatten())
}

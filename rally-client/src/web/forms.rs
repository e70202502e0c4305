//! Forms in the browser: chosen files, and documents that answer a form's POST.

use std::cell::RefCell;

use js_sys::{Array, Uint8Array};
use rally_core::form::{BrowserFile, Content, File, split};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, FormData, Window};

use crate::platform::LocalUrl;

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

fn find(file: &BrowserFile) -> Option<web_sys::File> {
    FILES.with_borrow(|files| files.get(file.number() as usize).cloned().flatten())
}

/// Removes the name of a form (`?/name`) from the URL and the address bar. A document that
/// answers a form's POST has this name in its URL. Later requests for the URL are GET requests, for
/// which the name would be wrong.
pub(super) fn without_form(window: &Window, url: LocalUrl) -> LocalUrl {
    let (path, Some(_)) = split(&url.path) else { return url };
    let url = LocalUrl { path, ..url };
    if let Ok(history) = window.history() {
        let state = history.state().unwrap_or(JsValue::NULL);
        let full_url = format!("{}{}", url.path, url.fragment);
        let _ = history.replace_state_with_url(&state, "", Some(&full_url));
    }
    url
}

pub(super) fn with_files(body: &[u8], files: &[File]) -> Result<FormData, JsValue> {
    let form = FormData::new()?;
    form.append_with_blob("call", &blob(body, "application/msgpack")?)?;
    for (number, file) in files.iter().enumerate() {
        let part = format!("file-{number}");
        match file.content() {
            Content::Browser(chosen) => {
                let chosen = find(chosen).ok_or("cannot send a file: the browser has lost it")?;
                form.append_with_blob_and_filename(&part, &chosen, &chosen.name())?;
            }
            Content::Bytes(bytes) => {
                let blob = blob(bytes, file.content_type())?;
                form.append_with_blob_and_filename(&part, &blob, file.name())?;
            }
            // The bytes of a `Part` exist on the server only.
            Content::Part(_) => {}
        }
    }
    Ok(form)
}

fn blob(bytes: &[u8], content_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(content_type);
    let parts = Array::of1(&Uint8Array::from(bytes));
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

//! Forms in the browser: submit buttons, files, and documents that answer a form's POST.

use js_sys::{Array, Uint8Array};
use rally_core::form::{Content, File, split};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Event, FormData, SubmitEvent, Window};

use crate::platform::LocalUrl;

/// Registers the function that finds the submit button of a submit event. Dioxus does not report
/// the button.
pub(super) fn prepare() {
    rally_core::form::set_submitter(|data| {
        let event: SubmitEvent = data.downcast::<Event>()?.clone().dyn_into().ok()?;
        let button = event.submitter()?;
        Some((button.get_attribute("name")?, button.get_attribute("value").unwrap_or_default()))
    });
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
            Content::Browser(data) => match data.inner().downcast_ref::<web_sys::File>() {
                Some(file) => form.append_with_blob_and_filename(&part, file, &file.name())?,
                None => {
                    return Err(JsValue::from_str(
                        "cannot send a file: it is not a browser `File`",
                    ));
                }
            },
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

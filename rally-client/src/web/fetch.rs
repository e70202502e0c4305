//! HTTP requests by the browser's `fetch`.

use rally_core::form::{Content, File};
use rally_core::http::{HttpError, HttpRequest, HttpResponse, HttpResult};
use wasm_bindgen::prelude::wasm_bindgen;

use super::requests::{self, Answer};
use crate::platform::LocalFuture;

#[wasm_bindgen(module = "/src/web/requests.js")]
extern "C" {
    #[wasm_bindgen(js_name = beginRequest)]
    fn begin_request(method: &str, url: &str);
    fn header(name: &str, value: &str);
    fn body(bytes: &[u8]);
    fn part(name: &str, bytes: &[u8], content_type: &str, file_name: Option<&str>);
    #[wasm_bindgen(js_name = filePart)]
    fn file_part(name: &str, number: u32) -> bool;
}

/// Sends a request. Dropping the future aborts it.
pub(super) fn send(request: &HttpRequest) -> LocalFuture<HttpResult> {
    begin_request(request.method, &request.url);
    for (name, value) in &request.headers {
        header(name, value);
    }
    let bytes = request.body.as_deref();
    if request.files.is_empty() {
        bytes.into_iter().for_each(body);
    } else if let Err(error) = form(bytes.unwrap_or_default(), &request.files) {
        return Box::pin(async move { Err(error) });
    }
    let request = requests::send();
    Box::pin(async move { response(request.answer().await) })
}

/// Describes a multipart form with the body and the files.
fn form(bytes: &[u8], files: &[File]) -> Result<(), HttpError> {
    part("call", bytes, "application/msgpack", None);
    for (number, file) in files.iter().enumerate() {
        let name = format!("file-{number}");
        match file.content() {
            Content::Browser(chosen) => {
                if !file_part(&name, chosen.number()) {
                    let lost = "cannot send a file: the browser has lost it";
                    return Err(HttpError(lost.to_owned()));
                }
            }
            Content::Bytes(bytes) => part(&name, bytes, file.content_type(), Some(file.name())),
            // The bytes of a `Part` exist on the server only.
            Content::Part(_) => {}
        }
    }
    Ok(())
}

fn response(answer: Answer) -> HttpResult {
    let text = answer.text.unwrap_or_default();
    let Some(body) = answer.data else { return Err(HttpError(text)) };
    let mut lines = text.split('\n');
    let status = lines.next().and_then(|status| status.parse().ok()).unwrap_or_default();
    // The browser converts the names to lower case.
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.to_owned()))
    };
    Ok(HttpResponse {
        headers: lines.filter_map(header).collect(),
        ..HttpResponse::new(status, body)
    })
}

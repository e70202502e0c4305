//! HTTP requests by the browser's `fetch`.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use rally_core::http::{HttpError, HttpRequest, HttpResponse, HttpResult};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response, Window};

use super::forms::with_files;

struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(super) async fn send(window: Window, request: HttpRequest) -> HttpResult {
    respond(window, request).await.map_err(|error| {
        let text = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        HttpError(text.unwrap_or_else(|| format!("{error:?}")))
    })
}

async fn respond(window: Window, request: HttpRequest) -> Result<HttpResponse, JsValue> {
    let abort = AbortOnDrop(AbortController::new()?);
    let headers = Headers::new()?;
    let is_form = !request.files.is_empty();
    // The content type of a form contains a boundary, so the browser must set the header.
    let kept =
        |(name, _): &&(String, String)| !is_form || !name.eq_ignore_ascii_case("content-type");
    for (name, value) in request.headers.iter().filter(kept) {
        headers.append(name, value)?;
    }
    // `credentials` is not set: by default, cookies are sent to this origin, and its cookies are
    // stored.
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    init.set_signal(Some(&abort.0.signal()));
    match &request.body {
        body if is_form => {
            let body = body.as_deref().unwrap_or_default();
            init.set_body(&with_files(body, &request.files)?.into());
        }
        Some(body) => init.set_body(&Uint8Array::from(&body[..])),
        None => {}
    }
    let response = JsFuture::from(window.fetch_with_str_and_init(&request.url, &init)).await?;
    let response: Response = response.dyn_into()?;
    let body: ArrayBuffer = JsFuture::from(response.array_buffer()?).await?.dyn_into()?;
    let (status, body) = (response.status(), Uint8Array::new(&body).to_vec());
    Ok(HttpResponse { headers: headers_of(&response), ..HttpResponse::new(status, body) })
}

/// Returns the headers of a response. The browser converts their names to lower case.
fn headers_of(response: &Response) -> Vec<(String, String)> {
    let entries = response.headers().entries().into_iter().flatten();
    let header = |entry: JsValue| {
        let entry = Array::from(&entry);
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    entries.filter_map(header).collect()
}

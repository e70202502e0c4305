//! Origins: which pages may ask.

use axum::http::{HeaderMap, header};

/// Whether a request may come from a page of this app. Browsers send `Origin`
/// with a WebSocket and with every POST, and a page cannot forge it. A client
/// without one is not a browser, and carries nobody's cookies.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match headers.get(header::ORIGIN) {
        None => true,
        Some(_) => {
            let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
            matches!((origin, text(header::HOST)), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
        }
    }
}

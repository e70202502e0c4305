//! The purpose of a request for a page: a document that the visitor sees, or something else.

use axum::http::{HeaderMap, Method};

/// Returns `true` if the visitor sees a document that answers this request. It is not shown if the
/// browser loads it for another purpose: in advance, for a frame, or for a script or an image.
pub(crate) fn is_seen(method: &Method, headers: &HeaderMap) -> bool {
    let is_ahead = ["sec-purpose", "purpose"]
        .iter()
        .any(|name| text(headers, name).is_some_and(|purpose| purpose.starts_with("prefetch")));
    let is_document = text(headers, "sec-fetch-dest").is_none_or(|dest| dest == "document");
    *method != Method::HEAD && is_document && !is_ahead
}

/// Returns `true` if the request asks for a document, and not for a file such as an image that
/// does not exist. Browsers name HTML in `Accept` when they load a document; many programs do not.
pub(crate) fn wants_document(headers: &HeaderMap) -> bool {
    match text(headers, "sec-fetch-dest") {
        Some(dest) => ["document", "iframe", "frame"].contains(&dest),
        None => text(headers, "accept").is_some_and(|accept| accept.contains("text/html")),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        headers.collect()
    }

    #[test]
    fn a_document_is_seen_unless_it_is_loaded_for_something_else() {
        let check = |found: &[_]| is_seen(&Method::GET, &headers(found));
        assert!(check(&[]));
        assert!(check(&[("sec-fetch-dest", "document")]));
        for dest in ["empty", "image", "iframe", "script"] {
            assert!(!check(&[("sec-fetch-dest", dest)]), "{dest}");
        }
        assert!(!check(&[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")]));
        assert!(!check(&[("sec-purpose", "prefetch;prerender")]));
        assert!(!check(&[("purpose", "prefetch")]));
        assert!(!is_seen(&Method::HEAD, &headers(&[])));
        assert!(is_seen(&Method::POST, &headers(&[])));
    }

    #[test]
    fn a_document_is_wanted_if_the_request_names_html() {
        let check = |found: &[_]| wants_document(&headers(found));
        assert!(check(&[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")]));
        assert!(check(&[("sec-fetch-dest", "document"), ("accept", "*/*")]));
        assert!(check(&[("sec-fetch-dest", "iframe")]));
        assert!(!check(&[("accept", "*/*")]));
        assert!(!check(&[("accept", "image/avif,image/webp,*/*;q=0.8")]));
        assert!(!check(&[("sec-fetch-dest", "empty"), ("accept", "text/html")]));
        assert!(!check(&[]));
    }
}

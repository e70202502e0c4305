//! Requests for pages over HTTP, and the records of these requests.

use std::pin::pin;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use rally_core::form;
use rally_core::registry::KnownPage;
use rally_core::route::LocalPath;

use crate::render::{FormPost, Renderer};
use crate::request::body::TimedBody;
use crate::request::info::RequestInfo;
use crate::telemetry::message_record::MessageRecord;

/// Answers a GET or HEAD request for a page. `url` is the path and query.
pub(super) async fn get(
    renderer: &Renderer,
    method: Method,
    headers: HeaderMap,
    url: &str,
) -> Response {
    let info = Arc::new(RequestInfo::for_page(method, headers, url.to_owned()));
    // The visitor opened the URL of a form post without posting the form: redirect to the
    // page of the form.
    if let (page, Some(_)) = form::split(url)
        && page.parse::<LocalPath>().is_ok()
    {
        let redirect = renderer.redirect(StatusCode::SEE_OTHER, &page);
        return renderer.or_error_page(redirect, &info).await;
    }
    let Some((page, params)) = renderer.calls.registry.page_at(url) else {
        return renderer.error_page(StatusCode::NOT_FOUND, &info).await;
    };
    if let Some(canonical) = without_trailing_slash(url) {
        let redirect = renderer.redirect(StatusCode::PERMANENT_REDIRECT, &canonical);
        return renderer.or_error_page(redirect, &info).await;
    }
    let record = begin(renderer, page, &info, url.len());
    let answer = pin!(renderer.page(page, &params, &info, url));
    recorded(record.scope(answer).await, record)
}

pub(super) async fn post(renderer: &Renderer, url: &str, form: &str, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = TimedBody::new(body, renderer.calls.limits.body);
    let response = answer_post(renderer, url, form, head.headers, body.clone()).await;
    // Read the rest of the body: a client that is disconnected while it sends may not see
    // the response.
    body.drain().await;
    response
}

async fn answer_post(
    renderer: &Renderer,
    url: &str,
    form: &str,
    headers: HeaderMap,
    body: TimedBody,
) -> Response {
    let page = renderer.calls.registry.page_at(url);
    let Some((url, (page, params))) = url.parse::<LocalPath>().ok().zip(page) else {
        let info = Arc::new(RequestInfo::for_page(Method::POST, headers, url.to_owned()));
        return renderer.error_page(StatusCode::NOT_FOUND, &info).await;
    };
    // The size is taken from the header, because the body has not been read yet.
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let size = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let info = Arc::new(RequestInfo::for_page(Method::POST, headers, url.as_str().to_owned()));
    let record = begin(renderer, page, &info, size);
    let post = FormPost { page, params: &params, url, form };
    let answer = pin!(renderer.form_post(post, info, body));
    recorded(record.scope(answer).await, record)
}

fn begin(
    renderer: &Renderer,
    page: &KnownPage,
    info: &Arc<RequestInfo>,
    size: usize,
) -> MessageRecord {
    let record = renderer.calls.records.begin(info, || page.name.into(), size);
    record.note_page(|| Some(page.name));
    // Creates the session now if the request has none, so that the record contains it.
    record.note_session();
    record
}

fn recorded(response: Response, record: MessageRecord) -> Response {
    record.answered(|| {
        let outcome = match response.status() {
            StatusCode::UNPROCESSABLE_ENTITY => "Err",
            status if status.is_success() => "Ok",
            status if status.is_redirection() => "redirect",
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::FORBIDDEN => "denied",
            status if status.is_client_error() => "malformed",
            _ => "internal",
        };
        (outcome, response.body().size_hint().exact().unwrap_or(0) as usize)
    });
    response
}

/// Returns the URL without the `/` at the end of its path, so that a page does not have two
/// URLs. Returns `None` if the path is `/` or does not end with `/`, or if the result could be
/// a URL of another origin.
fn without_trailing_slash(url: &str) -> Option<String> {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let shorter = path.strip_suffix('/').filter(|shorter| !shorter.is_empty())?;
    // Browsers read a backslash as a slash: `/\host` would be another origin.
    let is_local = !shorter.starts_with("//") && !shorter.contains('\\');
    is_local.then(|| format!("{shorter}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        assert_eq!(without_trailing_slash(url).as_deref(), expected);
    }

    #[test]
    fn a_trailing_slash_is_removed() {
        check("/a/", Some("/a"));
        check("/a/b/?c=/", Some("/a/b?c=/"));
        check("/a", None);
        check("/a?b/", None);
        check("/", None);
    }

    #[test]
    fn a_redirect_to_another_origin_is_refused() {
        check("//evil.example/", None);
        check("/\\evil.example/", None);
        check("/\\/evil.example/", None);
    }
}

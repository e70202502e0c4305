//! HTTP: every URL in one table.

mod dist_files;
mod public_files;
pub(crate) mod rpc;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::app::Booted;
use crate::background;
use crate::render::error_page::Problem;
use crate::security::headers::NOSNIFF;
use crate::security::origin::{self, Source};
use crate::telemetry::trace;
use crate::{render, socket};

pub(crate) use dist_files::Assets;
pub(crate) use public_files::{Files, Mount};

/// | URL | answer |
/// |---|---|
/// | `/_rally/socket` | the app's socket |
/// | `/rpc` | a call |
/// | `/_rally/shell/` and a name | a script or style of `index.html` |
/// | `/_rally/jobs` and below | the jobs, under `cargo rally dev` |
/// | a file of `dist` | the file |
/// | below a URL of `App::files` | a file |
/// | anything else | a page, or the error page |
pub(crate) async fn answer(app: Arc<Booted>, request: Request) -> Response {
    match request.uri().path() {
        // A call has a span of its own, and is not worth a line in the log.
        "/rpc" => call(app, request).await,
        // Boxed, so that a call need not carry what only these take.
        "/_rally/socket" => Box::pin(traced(request, |it| socket::upgrade(app, it))).await,
        _ => Box::pin(traced(request, |it| respond(app, it))).await,
    }
}

/// The same table for a larger axum app.
pub(crate) fn router(app: Arc<Booted>) -> Router {
    Router::new().fallback(move |request| answer(app.clone(), request))
}

/// A call, if the page may ask that makes it.
async fn call(app: Arc<Booted>, mut request: Request) -> Response {
    let source = app.origins.source(request.headers());
    let mut response = match &source {
        Source::Elsewhere if request.method() == Method::POST => rpc::deny(),
        Source::Listed(_) if request.method() == Method::OPTIONS => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            origin::let_call(response.headers_mut());
            response
        }
        Source::Listed(_) => {
            // They are of this site, and so is the visitor that they name.
            request.headers_mut().remove(header::COOKIE);
            rpc::answer(app.clone(), request).await
        }
        Source::Here | Source::Elsewhere => rpc::answer(app.clone(), request).await,
    };
    let headers = response.headers_mut();
    let (nosniff, value) = NOSNIFF;
    headers.insert(nosniff, value);
    app.origins.vary(headers);
    if let Source::Listed(origin) = source {
        origin::let_read(origin, headers);
    }
    response
}

/// Every request has a span, and the spans of loaders and calls are within it.
async fn traced<A: Future<Output = Response>>(
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::info_span!("request", %method, path, id = trace::new_id());
    async {
        let response = answer(request).await;
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await
}

async fn respond(app: Arc<Booted>, request: Request) -> Response {
    let mut response = find(&app, request).await;
    app.headers.add_to(response.headers_mut());
    response
}

async fn find(app: &Arc<Booted>, request: Request) -> Response {
    if request.method() == Method::POST && app.origins.source(request.headers()) != Source::Here {
        return render::problem(app, &Problem::new(StatusCode::FORBIDDEN));
    }
    if let Some(background) = background::page(app, request.uri().path()) {
        return background.answer(request).await;
    }
    if request.method() == Method::POST
        && let (url, Some(form)) = rally_core::form::split(url_of(&request))
    {
        return render::post(app, &url, &form, request).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED);
        return (allow, render::problem(app, &problem)).into_response();
    }
    let path = request.uri().path();
    if path.starts_with(render::SHELL_FILES) {
        return shell_file(app, path);
    }
    if app.documents.is_dev() {
        app.assets.refresh();
    }
    if app.assets.contains(path) {
        return app.assets.respond(request).await;
    }
    if let Some(files) = app.files.iter().find(|files| files.contains(path)) {
        return files.respond(request).await;
    }
    render::respond(app, request.headers(), url_of(&request)).await
}

/// Path and query.
fn url_of(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", |url| url.as_str())
}

fn shell_file(app: &Booted, path: &str) -> Response {
    match app.documents.file(path) {
        // Its name is the hash of its content.
        Some((kind, text)) => {
            let cache = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

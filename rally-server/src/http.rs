//! HTTP: every URL in one table.

mod rpc;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::app::Booted;
use crate::problem::Problem;
use crate::{render, socket, trace};

/// | URL | answer |
/// |---|---|
/// | `/_rally/socket` | the app's socket |
/// | `/rpc` | a call |
/// | a file of `dist` | the file |
/// | below a URL of `App::files` | a file |
/// | anything else | a page, or the error page |
pub(crate) async fn answer(app: Arc<Booted>, request: Request) -> Response {
    match request.uri().path() {
        // A call has a span of its own, and is not worth a line in the log.
        "/rpc" => rpc::answer(app, request).await,
        // Boxed, so that a call need not carry what only these take.
        "/_rally/socket" => Box::pin(traced(request, |it| socket::upgrade(app, it))).await,
        _ => Box::pin(traced(request, |it| respond(app, it))).await,
    }
}

/// The same table for a larger axum app.
pub(crate) fn router(app: Arc<Booted>) -> Router {
    Router::new().fallback(move |request| answer(app.clone(), request))
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
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED);
        return (allow, render::problem(&app, &problem)).into_response();
    }
    if app.documents.is_dev() {
        app.assets.refresh();
    }
    if app.assets.contains(request.uri().path()) {
        return app.assets.respond(request).await;
    }
    if let Some(files) = app.files.iter().find(|files| files.contains(request.uri().path())) {
        return files.respond(request).await;
    }
    let url = request.uri().path_and_query().map_or("/", |url| url.as_str());
    render::respond(&app, request.headers(), url).await
}

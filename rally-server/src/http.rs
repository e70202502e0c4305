//! HTTP: every URL in one table.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tracing::Instrument;

use crate::app::Booted;
use crate::problem::Problem;
use crate::{render, socket, trace};

/// | URL | answer |
/// |---|---|
/// | `/_rally/socket` | the app's socket |
/// | a file of `dist` | the file |
/// | anything else | a page, or the error page |
pub(crate) fn router(app: Arc<Booted>) -> Router {
    Router::new()
        .route("/_rally/socket", any(socket::upgrade))
        .fallback(respond)
        .layer(middleware::from_fn(traced))
        .with_state(app)
}

/// Every request has a span, and the spans of loaders and calls are within it.
async fn traced(request: Request, next: Next) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::info_span!("request", %method, path, id = trace::new_id());
    async {
        let response = next.run(request).await;
        tracing::info!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await
}

async fn respond(State(app): State<Arc<Booted>>, request: Request) -> Response {
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
    let url = request.uri().path_and_query().map_or("/", |url| url.as_str());
    render::respond(&app, url).await
}

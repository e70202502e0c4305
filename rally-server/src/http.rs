//! The HTTP service, which routes every URL of the app.

mod dist_files;
mod pages;
mod public_files;
mod rpc;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::background::{self, Background};
use crate::calls::dispatch::Calls;
use crate::render::{Problem, Renderer, SHELL_FILES};
use crate::request::info::RequestInfo;
use crate::security::headers::{Headers, NOSNIFF};
use crate::security::origin::{self, Origins, Source};
use crate::socket;
use crate::telemetry::trace;

pub(crate) use dist_files::DistFiles;
pub(crate) use public_files::{Mount, PublicFiles};

pub(crate) struct Http {
    pub(crate) site: Site,
    pub(crate) calls: Arc<Calls>,
    /// The developers' view of jobs, which shows internal errors. `Some` only under
    /// `cargo rally dev` and in tests. So a deployed app has no view, even if `APP_ENV` is
    /// not set.
    pub(crate) views: Option<Arc<dyn Background>>,
}

pub(crate) struct Site {
    /// Contains exactly one client, because boot refuses an app with another number of clients.
    pub(crate) clients: Vec<ClientSite>,
    pub(crate) files: Vec<PublicFiles>,
    pub(crate) origins: Origins,
}

pub(crate) struct ClientSite {
    pub(crate) renderer: Renderer,
    pub(crate) dist_files: DistFiles,
    pub(crate) headers: Headers,
}

impl Site {
    fn client(&self) -> &ClientSite {
        &self.clients[0]
    }

    pub(crate) fn is_dev(&self) -> bool {
        self.clients.iter().any(|client| client.renderer.documents.is_dev())
    }
}

/// Routes a request.
///
/// | URL | response |
/// |---|---|
/// | `/_rally/socket` | the app's socket |
/// | `/rpc` | a call |
/// | `/_rally/shell/{name}` | a script or style of `index.html` |
/// | `/_rally/jobs` and below, if `views` is set | the developers' view of jobs |
/// | a file of `dist` | the file |
/// | below a URL of `App::files` | a file |
/// | anything else | a page, or the error page |
pub(crate) async fn answer(http: Arc<Http>, request: Request) -> Response {
    match request.uri().path() {
        // Not traced: a call has its own span, and calls are too frequent for a log line each.
        "/rpc" => call(&http, request).await,
        // The other futures are boxed, so that the future of a call stays small.
        "/_rally/socket" => {
            let Http { calls, site, .. } = &*http;
            let upgrade = |request| socket::upgrade(calls.clone(), &site.origins, request);
            Box::pin(traced(request, upgrade)).await
        }
        _ => Box::pin(traced(request, |request| respond(&http, request))).await,
    }
}

pub(crate) fn router(http: Arc<Http>) -> Router {
    Router::new().fallback(move |request| answer(http.clone(), request))
}

async fn call(http: &Http, mut request: Request) -> Response {
    let Http { calls, site, .. } = http;
    let source = site.origins.source(request.headers());
    let mut response = match &source {
        Source::Foreign if request.method() == Method::POST => rpc::deny(),
        Source::Allowed(_) if request.method() == Method::OPTIONS => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            origin::allow_call(response.headers_mut());
            response
        }
        Source::Allowed(_) => {
            // Ignore the cookies: they belong to this site, not to the page that calls.
            request.headers_mut().remove(header::COOKIE);
            rpc::answer(calls, request).await
        }
        Source::Own | Source::Foreign => rpc::answer(calls, request).await,
    };
    let headers = response.headers_mut();
    let (nosniff, value) = NOSNIFF;
    headers.insert(nosniff, value);
    site.origins.vary(headers);
    if let Source::Allowed(origin) = source {
        origin::allow_read(origin, headers);
    }
    response
}

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

async fn respond(http: &Http, request: Request) -> Response {
    let client = http.site.client();
    let mut response = find(http, client, request).await;
    client.headers.add_to(response.headers_mut());
    response
}

async fn find(http: &Http, client: &ClientSite, request: Request) -> Response {
    let Http { site, views, .. } = http;
    let ClientSite { renderer, dist_files, .. } = client;
    if request.method() == Method::POST && site.origins.source(request.headers()) != Source::Own {
        // Without cookies, the context would be that of a guest, in a new session.
        let problem = Problem::from(StatusCode::FORBIDDEN).without_context();
        return renderer.error_page(problem, &info_of(&request)).await;
    }
    if let Some(views) = views
        && background::is_page(request.uri().path())
    {
        return views.answer(request).await;
    }
    if request.method() == Method::POST
        && let (url, Some(form)) = rally_core::form::split(url_of(&request))
    {
        return pages::post(renderer, &url, &form, request).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, "GET, HEAD")];
        let page = renderer.error_page(StatusCode::METHOD_NOT_ALLOWED, &info_of(&request)).await;
        return (allow, page).into_response();
    }
    let path = request.uri().path();
    if path.starts_with(SHELL_FILES) {
        return shell_file(renderer, path);
    }
    if renderer.documents.is_dev() {
        dist_files.refresh();
    }
    if dist_files.contains(path) {
        return dist_files.respond(request).await;
    }
    if let Some(files) = site.files.iter().find(|files| files.contains(path)) {
        return files.respond(request).await;
    }
    let (head, _) = request.into_parts();
    let url = head.uri.path_and_query().map_or("/", |url| url.as_str());
    pages::get(renderer, head.method, head.headers, url).await
}

fn url_of(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", |url| url.as_str())
}

fn info_of(request: &Request) -> Arc<RequestInfo> {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    Arc::new(RequestInfo::for_page(method, headers, url_of(request).to_owned()))
}

fn shell_file(renderer: &Renderer, path: &str) -> Response {
    match renderer.documents.file(path) {
        // `immutable`, because the path contains the hash of the content.
        Some((kind, text)) => {
            let cache = "public, max-age=31536000, immutable";
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache)], text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

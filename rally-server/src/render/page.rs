//! A page rendered on the server, with the model the browser takes over.

use std::error::Error;
use std::sync::Arc;

use axum::body::HttpBody;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rally_core::context::ClientContext;
use rally_core::flags::Flags;
use rally_core::form;
use rally_core::head::Head;
use rally_core::html;
use rally_core::page::LoadError;
use rally_core::registry::{KnownPage, StartError};
use rally_core::route::{LocalPath, Params};
use rally_core::running::{ContextOrigin, Encoded, Origin, Place, Stage, asleep};

use crate::app::Booted;
use crate::auth::caller::Standing;
use crate::auth::erased::ClientValue;
use crate::auth::guard::{self, Admitted, Refused};
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch;
use crate::calls::handler::LoadedData;
use crate::render::error_page::Problem;
use crate::render::head::Top;
use crate::request::info::Visitor;
use crate::request::preferences::Preferences;
use crate::telemetry::message_record::Exchange;
use crate::telemetry::trace::{self, Panicked};

/// Answers a request for a page; `url` is its path and query.
pub(crate) async fn respond(app: &Booted, headers: &HeaderMap, url: &str) -> Response {
    // The visitor has asked again for what a form's post has shown.
    if let (page, Some(_)) = form::split(url)
        && page.parse::<LocalPath>().is_ok()
    {
        return redirect(app, StatusCode::SEE_OTHER, &page);
    }
    let Some((page, params)) = app.registry.pages.find(url) else {
        return problem(app, &Problem::new(StatusCode::NOT_FOUND));
    };
    if let Some(canonical) = without_trailing_slash(url) {
        return redirect(app, StatusCode::PERMANENT_REDIRECT, &canonical);
    }
    let preferences = Preferences::of(headers);
    let visitor = Arc::new(Visitor::of(headers, preferences.client(url), &app.sessions));
    let exchange = begun(app, page, &visitor, url.len());
    let response = document_at(app, page, &params, preferences, visitor, url, &exchange).await;
    told(response, &exchange)
}

/// A request for a page, or a form's post to one.
pub(super) fn begun(
    app: &Booted,
    page: &KnownPage,
    visitor: &Arc<Visitor>,
    size: usize,
) -> Exchange {
    let exchange = Exchange::begin(app, visitor, page.name, size);
    exchange.on(Some(page.name));
    if exchange.is_recorded() {
        // One that is new is handed out with the answer.
        visitor.session();
    }
    exchange
}

/// The same response, once it was told of.
pub(super) fn told(response: Response, exchange: &Exchange) -> Response {
    let outcome = match response.status() {
        StatusCode::UNPROCESSABLE_ENTITY => "Err",
        status if status.is_success() => "Ok",
        status if status.is_redirection() => "redirect",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::FORBIDDEN => "denied",
        status if status.is_client_error() => "malformed",
        _ => "internal",
    };
    let size = response.body().size_hint().exact().unwrap_or(0);
    exchange.answered(outcome, size as usize);
    response
}

async fn document_at(
    app: &Booted,
    page: &KnownPage,
    params: &Params,
    preferences: Preferences,
    visitor: Arc<Visitor>,
    url: &str,
    exchange: &Exchange,
) -> Response {
    let rule = app.registry.rule(page);
    let admitted = guard::admit(app, visitor, &rule, url, exchange).await;
    let Admitted { standing, client } = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return self::refused(app, refused),
    };
    let visitor = standing.visitor.clone();
    let (loaded, cookies) = match load(app, page, params, standing, exchange).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let response = match loaded {
        Loaded::Data(data) => {
            let client_values = preferences.client(url);
            let begun = || begin(page, params, data, client, client_values);
            let rendered = trace::catch_now(|| write(page, params, begun()?));
            answer(app, page, StatusCode::OK, &preferences, rendered)
        }
        Loaded::Redirect(url) => redirect(app, StatusCode::SEE_OTHER, &url),
    };
    with_cookies(app, &visitor, cookies, response)
}

/// What a loader brought, or where it leads.
pub(super) enum Loaded {
    Data(LoadedData),
    Redirect(String),
}

/// Brings the data of a page, and the cookies that go with it; else the answer
/// in its place.
pub(super) async fn load(
    app: &Booted,
    page: &KnownPage,
    params: &Params,
    standing: Arc<Standing>,
    exchange: &Exchange,
) -> Result<(Loaded, SetCookies), Response> {
    let failed = |error: &dyn Error| {
        let what = format!("the loader of {}", page.name);
        problem(app, &Problem::failed(trace::failure(&what, error)))
    };
    let (loaded, changes) = dispatch::load(app, page, params, standing, exchange).await;
    let cookies = changes.into_headers(app.environment).map_err(|error| failed(&error))?;
    match loaded {
        Ok(data) => Ok((Loaded::Data(data), cookies)),
        Err(LoadError::Redirect(url)) => Ok((Loaded::Redirect(url), cookies)),
        Err(LoadError::NotFound) => Err(problem(app, &Problem::new(StatusCode::NOT_FOUND))),
        Err(LoadError::Forbidden) => Err(problem(app, &Problem::new(StatusCode::FORBIDDEN))),
        Err(LoadError::Failed(error)) => Err(failed(&*error)),
    }
}

/// The answer with its cookies, and that of a session where there is none yet.
pub(super) fn with_cookies(
    app: &Booted,
    visitor: &Visitor,
    cookies: SetCookies,
    mut response: Response,
) -> Response {
    let status = response.status();
    let is_page = status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY;
    if !(is_page || status.is_redirection()) {
        return response;
    }
    let new = !visitor.has_session && !cookies.session_changed;
    let session = new.then(|| visitor.session().to_header(app.environment));
    let cookies = cookies.headers.into_iter().chain(session);
    response.headers_mut().extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// A document for somebody whom the guard does not admit.
pub(super) fn refused(app: &Booted, refused: Refused) -> Response {
    match refused {
        Refused::SignIn { url } => redirect(app, StatusCode::SEE_OTHER, &url),
        Refused::Denied => problem(app, &Problem::new(StatusCode::FORBIDDEN)),
        Refused::Internal { trace_id } => problem(app, &Problem::failed(trace_id)),
    }
}

/// A document without a page.
pub(crate) fn problem(app: &Booted, problem: &Problem) -> Response {
    let (page, shown) = (app.error_page, problem.clone());
    let html = html::of_element(move || page(&shown)).unwrap_or_else(|error| {
        trace::failure("the error page", &error);
        problem.message().into_owned()
    });
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    document(app, status, &Top::default(), &html, &Flags::Static)
}

/// Begins with a page. `context` is what the app says of the visitor, a value
/// of its client context.
pub(super) fn begin(
    page: &KnownPage,
    params: &Params,
    data: LoadedData,
    context: Option<ClientValue>,
    mut client: ClientContext,
) -> Result<Stage, Unrendered> {
    let origin = context.map_or(ContextOrigin::Default, ContextOrigin::Given);
    let cx = page.start_context(origin, asleep())?;
    cx.change(&mut |known| *known = std::mem::take(&mut client));
    let running = page.start(params, Origin::Loaded(data.value), Place::still(cx.clone()))?;
    let layout = page.start_layout(None, Place::still(cx.clone()))?;
    Ok(Stage { cx, layout, page: running })
}

/// A page as text, and what the browser makes the same page from.
pub(super) struct Rendered {
    head: Head,
    html: String,
    from: Encoded,
}

/// Everything that is rendered is rendered in one go: the tree stays on its
/// thread, and nothing waits while it exists.
pub(super) fn write(
    page: &KnownPage,
    params: &Params,
    mut stage: Stage,
) -> Result<Rendered, Unrendered> {
    let from = stage.encode()?;
    if !page.is_lossless {
        // Rendered from what the browser will have, so that it finds the same.
        stage = page.stage(params, &from)?;
    }
    let head = stage.page.head().unwrap_or_default();
    Ok(Rendered { head, html: html::for_hydration(stage.layout, stage.page)?, from })
}

/// The document of what was rendered, or of what went wrong.
pub(super) fn answer(
    app: &Booted,
    page: &KnownPage,
    status: StatusCode,
    preferences: &Preferences,
    rendered: Result<Result<Rendered, Unrendered>, Panicked>,
) -> Response {
    let failed = |error: &dyn Error| {
        let what = format!("rendering {}", page.name);
        problem(app, &Problem::failed(trace::failure(&what, error)))
    };
    match rendered {
        Ok(Ok(Rendered { head, html, from })) => {
            let top = Top {
                head: Some(&head),
                chosen_lang: preferences.chosen_lang.as_deref(),
                lang: Some(&preferences.lang),
                dark: preferences.dark,
            };
            let flags = Flags::Page {
                page: page.name,
                fingerprint: page.fingerprint,
                max_frame: app.limits.frame,
                context: &from.context,
                layout: &from.layout,
                model: &from.model,
            };
            document(app, status, &top, &html, &flags)
        }
        Ok(Err(Unrendered::NotFound)) => problem(app, &Problem::new(StatusCode::NOT_FOUND)),
        Ok(Err(Unrendered::Failed(error))) => failed(&*error),
        Err(panic) => failed(&panic),
    }
}

pub(super) enum Unrendered {
    NotFound,
    Failed(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Unrendered {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast_ref::<StartError>() {
            Some(StartError::NotFound) => Self::NotFound,
            _ => Self::Failed(error),
        }
    }
}

fn document(
    app: &Booted,
    status: StatusCode,
    top: &Top<'_>,
    html: &str,
    flags: &Flags<'_>,
) -> Response {
    let document = app.documents.compose(top, html, &flags.to_bytes());
    // A document names its assets by their hash, and a kept one would name old
    // ones; and it is one visitor's, so that nobody keeps it for others.
    let cache = [(header::CACHE_CONTROL, "private, no-cache")];
    (status, cache, Html(document)).into_response()
}

pub(super) fn redirect(app: &Booted, status: StatusCode, url: &str) -> Response {
    match HeaderValue::from_str(url) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(error) => problem(app, &Problem::failed(trace::failure("a redirect", &error))),
    }
}

/// The URL without the `/` at the end of its path, if it has one: each page
/// has one URL.
fn without_trailing_slash(url: &str) -> Option<String> {
    let (path, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let shorter = path.strip_suffix('/').filter(|shorter| !shorter.is_empty())?;
    // Browsers read a backslash as a slash: `/\host` would be another origin.
    let is_here = !shorter.starts_with("//") && !shorter.contains('\\');
    is_here.then(|| format!("{shorter}{query}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        assert_eq!(without_trailing_slash(url).as_deref(), expected);
    }

    #[test]
    fn each_page_has_one_url() {
        check("/a/", Some("/a"));
        check("/a/b/?c=/", Some("/a/b?c=/"));
        check("/a", None);
        check("/a?b/", None);
        check("/", None);
    }

    #[test]
    fn no_redirect_leads_to_another_origin() {
        check("//evil.example/", None);
        check("/\\evil.example/", None);
        check("/\\/evil.example/", None);
    }
}

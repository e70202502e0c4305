//! A page rendered on the server, with the model the browser takes over.

use std::any::Any;
use std::error::Error;

use axum::http::{HeaderValue, StatusCode, header};
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

use super::head::Top;
use crate::app::Booted;
use crate::handler::LoadedData;
use crate::http::Preferences;
use crate::problem::Problem;
use crate::rpc;
use crate::trace::{self, Panicked};

/// Answers a request for a page; `url` is its path and query.
pub(crate) async fn respond(app: &Booted, url: &str, preferences: &Preferences) -> Response {
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
    match rpc::load(app, page, &params).await {
        Ok(data) => {
            let client = preferences.client(url);
            let begun = || begin(page, &params, data, None, client);
            let rendered = trace::catch_now(|| write(page, &params, begun()?));
            answer(app, page, StatusCode::OK, preferences, rendered)
        }
        Err(error) => unloaded(app, page, error),
    }
}

/// The answer in place of a page that has no data.
pub(super) fn unloaded(app: &Booted, page: &KnownPage, error: LoadError) -> Response {
    match error {
        LoadError::NotFound => problem(app, &Problem::new(StatusCode::NOT_FOUND)),
        LoadError::Forbidden => problem(app, &Problem::new(StatusCode::FORBIDDEN)),
        LoadError::Redirect(url) => redirect(app, StatusCode::SEE_OTHER, &url),
        LoadError::Failed(error) => {
            let what = format!("the loader of {}", page.name);
            problem(app, &Problem::failed(trace::failure(&what, &*error)))
        }
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
    context: Option<Box<dyn Any + Send>>,
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
    // A document names its assets by their hash: a kept one would name old ones.
    (status, [(header::CACHE_CONTROL, "no-cache")], Html(document)).into_response()
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

//! Pages rendered on the server, with the model for hydration in the browser.

use std::error::Error;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rally_core::flags::Flags;
use rally_core::head::Head;
use rally_core::html;
use rally_core::page::LoadError;
use rally_core::registry::{KnownPage, PageStartError};
use rally_core::route::{LocalPath, Params};
use rally_core::running::{Encoded, InitSource, PageTree, ProgramHandle};

use super::document::Documents;
use super::error_page::Problem;
use super::head::HeadParts;
use super::visitor::{Visitor, with};
use crate::auth::caller::{AdmittedPage, Caller};
use crate::auth::guard::{Admitted, AuthRefusal};
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch::Calls;
use crate::calls::handler::LoadedData;
use crate::request::info::RequestInfo;
use crate::request::preferences::Preferences;
use crate::telemetry::trace::{self, Panicked};

pub(crate) struct Renderer {
    pub(crate) calls: Arc<Calls>,
    pub(crate) documents: Documents,
}

pub(super) enum LoadedOrRedirect {
    Data(LoadedData),
    Redirect(String),
}

impl Renderer {
    pub(crate) async fn page(
        &self,
        page: &KnownPage,
        params: &Params,
        info: &Arc<RequestInfo>,
        url: &str,
    ) -> Response {
        let answer = self.try_page(page, params, info, url).await;
        self.or_error_page(answer, info).await
    }

    async fn try_page(
        &self,
        page: &KnownPage,
        params: &Params,
        info: &Arc<RequestInfo>,
        url: &str,
    ) -> Result<Response, Problem> {
        let rule = self.calls.registry.rule(page);
        let from = || url.parse::<LocalPath>().unwrap_or_default();
        let shown = Some(AdmittedPage::new(page, params));
        let admitted = self.calls.authenticator.admit(info.clone(), &rule, shown, from).await;
        let Admitted { caller, client } = match admitted {
            Ok(admitted) => admitted,
            Err(refused) => return self.refused(refused),
        };
        let (loaded, cookies) = self.load(page, params, caller).await?;
        let response = match loaded {
            LoadedOrRedirect::Data(data) => {
                let visitor = Visitor::of(info, client, self.calls.environment);
                let preferences = visitor.preferences.clone();
                let cookies = visitor.cookies(self.calls.environment);
                let start = || begin(page, params, data, visitor);
                let rendered = trace::catch_now(|| write(page, params, start()?));
                let response = self.answer(page, StatusCode::OK, &preferences, rendered)?;
                with(response, cookies)
            }
            LoadedOrRedirect::Redirect(url) => self.redirect(StatusCode::SEE_OTHER, &url)?,
        };
        Ok(self.with_cookies(info, cookies, response))
    }

    pub(super) async fn load(
        &self,
        page: &KnownPage,
        params: &Params,
        caller: Caller,
    ) -> Result<(LoadedOrRedirect, SetCookies), Problem> {
        let failed = |error: &dyn Error| {
            let what = format!("the loader of {}", page.name);
            Problem::failed(trace::failure(&what, error))
        };
        let (loaded, changes) = self.calls.load(page, params, caller).await;
        let cookies =
            changes.into_headers(self.calls.environment).map_err(|error| failed(&error))?;
        match loaded {
            Ok(data) => Ok((LoadedOrRedirect::Data(data), cookies)),
            Err(LoadError::Redirect(url)) => Ok((LoadedOrRedirect::Redirect(url), cookies)),
            Err(LoadError::NotFound) => Err(StatusCode::NOT_FOUND.into()),
            Err(LoadError::Forbidden) => Err(StatusCode::FORBIDDEN.into()),
            Err(LoadError::Failed(error)) => Err(failed(&*error)),
        }
    }

    /// Adds the cookies of the loader and of a form's calls, and a session cookie if the
    /// request has no session. Does nothing for an error page, which has its own cookies.
    pub(super) fn with_cookies(
        &self,
        info: &RequestInfo,
        cookies: SetCookies,
        mut response: Response,
    ) -> Response {
        let status = response.status();
        let is_page = status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY;
        if !(is_page || status.is_redirection()) {
            return response;
        }
        let new = info.sent_session().is_none() && !cookies.session_changed;
        let session = new.then(|| info.session().to_header(self.calls.environment));
        let cookies = cookies.headers.into_iter().chain(session);
        response.headers_mut().extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
        response
    }

    pub(super) fn refused(&self, refused: AuthRefusal) -> Result<Response, Problem> {
        match refused {
            AuthRefusal::SignIn { url } => self.redirect(StatusCode::SEE_OTHER, &url),
            AuthRefusal::Denied => Err(StatusCode::FORBIDDEN.into()),
            // The guard has failed, so the client context cannot be made either.
            AuthRefusal::Internal { trace_id } => Err(Problem::failed(trace_id).without_context()),
        }
    }

    pub(crate) fn redirect(&self, status: StatusCode, url: &str) -> Result<Response, Problem> {
        match HeaderValue::from_str(url) {
            Ok(location) => Ok((status, [(header::LOCATION, location)]).into_response()),
            Err(error) => {
                Err(Problem::failed(trace::failure("writing the URL of a redirect", &error)))
            }
        }
    }

    pub(super) fn answer(
        &self,
        page: &KnownPage,
        status: StatusCode,
        preferences: &Preferences,
        rendered: Result<Result<Rendered, RenderError>, Panicked>,
    ) -> Result<Response, Problem> {
        let failed = |error: &dyn Error| {
            let what = format!("rendering {}", page.name);
            Problem::failed(trace::failure(&what, error))
        };
        match rendered {
            Ok(Ok(rendered)) => Ok(self.rendered(page, status, preferences, &rendered)),
            Ok(Err(RenderError::NotFound)) => Err(StatusCode::NOT_FOUND.into()),
            Ok(Err(RenderError::Failed(error))) => Err(failed(&*error)),
            Err(panic) => Err(failed(&panic)),
        }
    }

    pub(super) fn rendered(
        &self,
        page: &KnownPage,
        status: StatusCode,
        preferences: &Preferences,
        rendered: &Rendered,
    ) -> Response {
        let Rendered { head, html, state } = rendered;
        let flags = Flags::Page {
            page: page.name,
            fingerprint: page.fingerprint,
            max_frame: self.calls.limits.frame,
            context: &state.context,
            layout: &state.layout,
            model: &state.model,
        };
        self.document(status, &head_parts(head, preferences), html, &flags)
    }

    /// Returns a document that the browser does not hydrate.
    pub(super) fn static_page(
        &self,
        status: StatusCode,
        preferences: &Preferences,
        rendered: &Rendered,
    ) -> Response {
        let Rendered { head, html, .. } = rendered;
        self.document(status, &head_parts(head, preferences), html, &Flags::Static)
    }

    pub(super) fn document(
        &self,
        status: StatusCode,
        top: &HeadParts<'_>,
        html: &str,
        flags: &Flags<'_>,
    ) -> Response {
        let document = self.documents.compose(top, html, &flags.to_bytes());
        // `no-cache`: browsers must revalidate, because an old document may name assets that no
        // longer exist.
        // `private`: the document is for one visitor, so shared caches must not store it.
        let cache = [(header::CACHE_CONTROL, "private, no-cache")];
        (status, cache, Html(document)).into_response()
    }
}

fn head_parts<'a>(head: &'a Head, preferences: &'a Preferences) -> HeadParts<'a> {
    HeadParts {
        head: Some(head),
        chosen_lang: preferences.chosen_lang.as_deref(),
        lang: Some(&preferences.lang),
        dark: preferences.dark,
    }
}

/// Starts a page and its layout.
pub(super) fn begin(
    page: &KnownPage,
    params: &Params,
    data: LoadedData,
    visitor: Visitor,
) -> Result<PageTree, RenderError> {
    let context = visitor.start_context(page)?;
    let started =
        page.start(params, InitSource::Loaded(data.value), ProgramHandle::still(context.clone()))?;
    let layout = page.start_layout(None, ProgramHandle::still(context.clone()))?;
    Ok(PageTree { context, layout, page: started })
}

pub(super) struct Rendered {
    head: Head,
    html: String,
    state: Encoded,
}

/// Renders a page tree. This function is not async, because the tree must stay on one thread.
pub(super) fn write(
    page: &KnownPage,
    params: &Params,
    mut tree: PageTree,
) -> Result<Rendered, RenderError> {
    let state = tree.encode()?;
    if !page.is_lossless {
        // The encoded state may differ from the original. The browser renders the decoded state,
        // so render the same state here.
        tree = page.decode_tree(params, &state)?;
    }
    let head = tree.page.head().unwrap_or_default();
    Ok(Rendered { head, html: html::for_hydration(tree.layout, tree.page)?, state })
}

pub(super) enum RenderError {
    NotFound,
    Failed(Box<dyn Error + Send + Sync>),
}

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for RenderError {
    fn from(error: E) -> Self {
        let error = error.into();
        match error.downcast_ref::<PageStartError>() {
            Some(PageStartError::NotFound) => Self::NotFound,
            _ => Self::Failed(error),
        }
    }
}

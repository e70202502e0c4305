//! Error pages: the app's own page, or else the built-in page.

use std::error::Error;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use rally_core::error_page::PageError;
use rally_core::flags::Flags;
use rally_core::html;
use rally_core::route::Params;
use rally_core::view::Element;
use rally_macros::rsx;

use super::head::HeadParts;
use super::page::{self, RenderError, Renderer};
use super::visitor::{Visitor, with, without_flash_cookie};
use crate::auth::erased::ClientValue;
use crate::calls::handler::LoadedData;
use crate::request::info::RequestInfo;
use crate::telemetry::trace;

/// The reason why a request gets an error page.
pub(crate) struct Problem {
    error: PageError,
    /// `false` if the client context must not be made for this request, or cannot be made.
    has_context: bool,
}

impl From<StatusCode> for Problem {
    fn from(status: StatusCode) -> Self {
        let error = PageError { status: status.as_u16(), trace_id: None };
        Self { error, has_context: true }
    }
}

impl Problem {
    pub(crate) fn failed(trace_id: String) -> Self {
        Self { error: PageError { status: 500, trace_id: Some(trace_id) }, has_context: true }
    }

    pub(crate) fn without_context(self) -> Self {
        Self { has_context: false, ..self }
    }
}

impl Renderer {
    /// Returns the response, or the error page.
    pub(crate) async fn or_error_page(
        &self,
        answer: Result<Response, Problem>,
        info: &Arc<RequestInfo>,
    ) -> Response {
        match answer {
            Ok(response) => without_flash_cookie(response, info, self.calls.environment),
            Err(problem) => self.error_page(problem, info).await,
        }
    }

    /// Renders the app's error page. If the app has none, or if it fails, renders the built-in
    /// page. It also renders the built-in page if the request does not ask for a document, such as
    /// that of a missing image: it must be cheap, so it does not run the app's code and creates no
    /// session.
    ///
    /// If the client context cannot be made, the page is rendered with the default context and
    /// is not hydrated: the app must not continue with a wrong context.
    pub(crate) async fn error_page(
        &self,
        problem: impl Into<Problem>,
        info: &Arc<RequestInfo>,
    ) -> Response {
        let response = self.render_error_page(problem.into(), info).await;
        without_flash_cookie(response, info, self.calls.environment)
    }

    async fn render_error_page(&self, problem: Problem, info: &Arc<RequestInfo>) -> Response {
        let Problem { error, has_context } = problem;
        if self.calls.registry.error_page().is_none() || !info.wants_document() {
            return self.built_in_error_page(&error, info);
        }
        let client = match has_context {
            true => self.calls.authenticator.client(info).await.ok(),
            false => None,
        };
        match trace::catch_now(|| self.app_error_page(&error, info, client)) {
            Ok(Ok(response)) => response,
            Ok(Err(RenderError::Failed(failure))) => {
                self.error_page_failed(&error, info, &*failure)
            }
            // Unreachable: an error page has no parameters.
            Ok(Err(RenderError::NotFound)) => self.built_in_error_page(&error, info),
            Err(panic) => self.error_page_failed(&error, info, &panic),
        }
    }

    fn app_error_page(
        &self,
        error: &PageError,
        info: &RequestInfo,
        client: Option<Option<ClientValue>>,
    ) -> Result<Response, RenderError> {
        let page = self.calls.registry.error_page().ok_or("the app has no error page")?;
        let (params, data) = (Params::default(), LoadedData::of(error.clone()));
        let hydrates = client.is_some();
        let environment = self.calls.environment;
        let visitor = Visitor::of(info, client.flatten(), environment).without_messages();
        let preferences = visitor.preferences.clone();
        let mut cookies = visitor.cookies(environment);
        let tree = page::begin(page, &params, data, visitor)?;
        let rendered = page::write(page, &params, tree)?;
        if !hydrates {
            return Ok(self.static_page(status(error), &preferences, &rendered));
        }
        if info.sent_session().is_none() {
            cookies.push(info.session().to_header(environment));
        }
        let response = self.rendered(page, status(error), &preferences, &rendered);
        Ok(with(response, cookies))
    }

    fn error_page_failed(
        &self,
        error: &PageError,
        info: &RequestInfo,
        failure: &dyn Error,
    ) -> Response {
        trace::failure("rendering the error page", failure);
        self.built_in_error_page(error, info)
    }

    fn built_in_error_page(&self, error: &PageError, info: &RequestInfo) -> Response {
        let flash = info.carried(self.calls.environment).flash;
        let html = html::of_element(|| built_in(error, flash.as_deref())).unwrap_or_default();
        self.document(status(error), &HeadParts::default(), &html, &Flags::Static)
    }
}

fn status(error: &PageError) -> StatusCode {
    StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn built_in(error: &PageError, flash: Option<&str>) -> Element {
    rsx! {
        main {
            if let Some(flash) = flash {
                p { "{flash}" }
            }
            h1 { "{error.status}" }
            p { "{error.message()}" }
            p { a { href: "/", "Home" } }
        }
    }
}

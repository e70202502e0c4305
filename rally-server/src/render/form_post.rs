//! Form posts to a page: the page's own `update` runs on the server.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use rally_core::call::Outcome;
use rally_core::effect::CallRequest;
use rally_core::form::FormError;
use rally_core::frame::Refusal;
use rally_core::registry::KnownPage;
use rally_core::route::{LocalPath, Params};
use rally_core::running::{Encoded, PageTree};
use rally_core::submission::{Left, Submission, SubmissionError, SubmissionStep};

use super::error_page::Problem;
use super::page::{self, LoadedOrRedirect, RenderError, Rendered, Renderer};
use super::visitor::{Visitor, flash_cookie, preference_cookies, with};
use crate::auth::caller::AdmittedPage;
use crate::auth::guard::Admitted;
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch::Calls;
use crate::calls::run::{CallFiles, CalledFrom, RequestedCall};
use crate::request::body::{BodyError, TimedBody};
use crate::request::form_body;
use crate::request::info::RequestInfo;
use crate::request::preferences::Preferences;
use crate::request::uploads::Uploads;
use crate::telemetry::trace::{self, Panicked};

pub(crate) struct FormPost<'a> {
    pub(crate) page: &'a KnownPage,
    pub(crate) params: &'a Params,
    pub(crate) url: LocalPath,
    pub(crate) form: &'a str,
}

impl Renderer {
    /// Answers the post of a form. The first row that applies decides:
    ///
    /// | result | response |
    /// |---|---|
    /// | the caller has not signed in, as the page or a call requires | 303 to the sign-in page |
    /// | the loader redirects, or `update` navigates | 303 to the new URL |
    /// | `update` returned `Effect::reload` | 303 to the page |
    /// | `update` acted, and neither a call nor a form was refused | 303 to the page |
    /// | neither the page nor its layout has the form | 303 to the page |
    /// | otherwise | 422 with the page in the state after `update` |
    ///
    /// `update` acts if it makes calls, sets preferences, flashes or sends messages to the context.
    /// If the caller is denied, or if the body, the loader or the page fails, the response is
    /// an error page.
    pub(crate) async fn form_post(
        &self,
        post: FormPost<'_>,
        info: Arc<RequestInfo>,
        body: TimedBody,
    ) -> Response {
        let answer = self.try_form_post(post, &info, body).await;
        self.or_error_page(answer, &info).await
    }

    async fn try_form_post(
        &self,
        post: FormPost<'_>,
        info: &Arc<RequestInfo>,
        body: TimedBody,
    ) -> Result<Response, Problem> {
        let FormPost { page, params, url, form } = post;
        let rule = self.calls.registry.rule(page);
        let from = || url.clone();
        let shown = Some(AdmittedPage::new(page, params));
        let admitted = self.calls.authenticator.admit(info.clone(), &rule, shown, from).await;
        let Admitted { caller, client } = match admitted {
            Ok(admitted) => admitted,
            Err(refused) => return self.refused(refused),
        };
        // The form is decoded only if the caller may see the page.
        let Calls { limits, spool, .. } = &*self.calls;
        let posted = match form_body::read(&limits.form, spool, info.headers(), body).await {
            Ok(posted) => posted,
            Err(error) => return Err(body_problem(error)),
        };
        let (loaded, cookies) = self.load(page, params, caller).await?;
        let mut form_caller = FormCaller {
            calls: &self.calls,
            page: page.name,
            url,
            info: info.clone(),
            cookies: SetCookies::default(),
        };
        form_caller.keep(cookies);
        let response = match loaded {
            LoadedOrRedirect::Redirect(to) => self.redirect(StatusCode::SEE_OTHER, &to)?,
            LoadedOrRedirect::Data(data) => {
                let visitor = Visitor::of(info, client, self.calls.environment);
                let post = Post {
                    renderer: self,
                    page,
                    params,
                    preferences: visitor.preferences.clone(),
                    document_cookies: visitor.cookies(self.calls.environment),
                    uploads: posted.uploads,
                };
                let begin = || page::begin(page, params, data, visitor);
                post.run(begin, Submission::new(form, posted.values), &mut form_caller).await?
            }
        };
        Ok(self.with_cookies(info, form_caller.cookies, response))
    }
}

fn body_problem(error: BodyError) -> Problem {
    match (error.status(), error) {
        (None, BodyError::Failed(error)) => {
            Problem::failed(trace::failure("storing a posted file", &error))
        }
        (status, _) => status.unwrap_or(StatusCode::BAD_REQUEST).into(),
    }
}

struct Post<'a> {
    renderer: &'a Renderer,
    page: &'a KnownPage,
    params: &'a Params,
    preferences: Preferences,
    /// The cookies of the response, if it is a document.
    document_cookies: Vec<HeaderValue>,
    uploads: Uploads,
}

impl Post<'_> {
    async fn run(
        mut self,
        begin: impl FnOnce() -> Result<PageTree, RenderError>,
        mut submission: Submission,
        caller: &mut FormCaller<'_>,
    ) -> Result<Response, Problem> {
        // The page is kept encoded, because each turn of the loop decodes it again.
        let from = match trace::catch_now(|| Ok(begin()?.encode()?)) {
            Ok(Ok(from)) => from,
            Ok(Err(error)) => return self.failed(Ok(Err(error))),
            Err(panic) => return self.failed(Err(panic)),
        };
        let (end, left) = loop {
            let turn = || turn(&submission, self.page, self.params, &from);
            let request = match trace::catch_now(turn) {
                Ok(Ok(FormStep::Call(request))) => request,
                Ok(Ok(FormStep::Finished(end, left))) => break (end, left),
                Ok(Ok(FormStep::OutOfDate(text))) => {
                    let left = caller.out_of_date(&submission, text);
                    break (FormEnd::Redirect(None), left);
                }
                Ok(Err(error)) => return self.failed(Ok(Err(error))),
                Err(panic) => return self.failed(Err(panic)),
            };
            let outcome = caller.call(&request, self.uploads.clone()).await;
            if let Outcome::Refused(Refusal::SignIn { url }) = &outcome {
                return self.renderer.redirect(StatusCode::SEE_OTHER, url);
            }
            submission.answer(request, outcome);
        };
        self.preferences.apply(&left.chosen);
        let environment = self.renderer.calls.environment;
        let flash = flash_cookie(&left.carried, environment);
        let cookies = preference_cookies(&left.chosen).chain(flash);
        let cookies = cookies.filter_map(|it| it.to_header(environment).ok());
        caller.cookies.headers.extend(cookies);
        match end {
            FormEnd::Redirect(to) => {
                let to = to.as_deref().unwrap_or(caller.url.as_str());
                self.renderer.redirect(StatusCode::SEE_OTHER, to)
            }
            FormEnd::Show(rendered) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                let answer = Ok(Ok(rendered));
                let response =
                    self.renderer.answer(self.page, status, &self.preferences, answer)?;
                // First, so that a language that `update` has set replaces that of `from_session`.
                Ok(with(response, self.document_cookies))
            }
        }
    }

    fn failed(
        &self,
        failed: Result<Result<Rendered, RenderError>, Panicked>,
    ) -> Result<Response, Problem> {
        self.renderer.answer(self.page, StatusCode::OK, &self.preferences, failed)
    }
}

/// The next step of a form post. A step holds no part of the page tree, which must stay on
/// one thread.
enum FormStep {
    Call(CallRequest),
    Finished(FormEnd, Left),
    /// The page does not have the form any more. Contains the flash message.
    OutOfDate(String),
}

enum FormEnd {
    /// A redirect to this URL; `None` is the URL of the page.
    Redirect(Option<String>),
    Show(Rendered),
}

fn turn(
    submission: &Submission,
    page: &KnownPage,
    params: &Params,
    from: &Encoded,
) -> Result<FormStep, RenderError> {
    let tree = page.decode_tree(params, from)?;
    let context = tree.context.clone();
    Ok(match submission.turn(tree) {
        Ok(SubmissionStep::Call(request)) => FormStep::Call(request),
        Ok(SubmissionStep::Navigate(to, left)) => {
            FormStep::Finished(FormEnd::Redirect(Some(to)), left)
        }
        Ok(SubmissionStep::Done(left)) => FormStep::Finished(FormEnd::Redirect(None), left),
        Ok(SubmissionStep::Show(tree, chosen)) => {
            let left = Left { chosen, ..Left::default() };
            // The view must be that of the model that the browser decodes.
            let tree = page.decode_tree(params, &tree.encode()?)?;
            FormStep::Finished(FormEnd::Show(page::write(page, params, tree)?), left)
        }
        Err(SubmissionError::Form(FormError::Unknown)) => {
            // A name that differs in each rendering is a bug of the app, and looks the same.
            tracing::debug!(page = page.name, "the page does not have the posted form");
            FormStep::OutOfDate(context.form_out_of_date())
        }
        Err(error) => return Err(error.into()),
    })
}

struct FormCaller<'a> {
    calls: &'a Arc<Calls>,
    url: LocalPath,
    page: &'static str,
    info: Arc<RequestInfo>,
    cookies: SetCookies,
}

impl FormCaller<'_> {
    /// Returns the flash message for a form that the page does not have any more.
    ///
    /// The first click of a double click has removed the record, or another tab has. The redirect
    /// shows the page as it is now, so a message is needed only if the visitor has filled in
    /// fields. It follows the message of a form that was answered before: without it, the visitor
    /// would take that for the answer. It replaces the message of a form that is answered meanwhile.
    fn out_of_date(&self, submission: &Submission, text: String) -> Left {
        let mut left = Left::default();
        if !submission.is_empty() {
            left.carried = self.info.carried(self.calls.environment);
            let before = left.carried.flash.take().map(|before| before + " ").unwrap_or_default();
            left.carried.flash = Some(before + &text);
        }
        left
    }

    async fn call(&mut self, request: &CallRequest, uploads: Uploads) -> Outcome {
        let CallRequest { name, fingerprint, body, files, .. } = request;
        if let Err(refusal) = self.calls.find(name, *fingerprint) {
            return Outcome::Refused(refusal);
        }
        let call = self.calls.begin(RequestedCall {
            id: 1,
            name,
            fingerprint: *fingerprint,
            size: body.len(),
            info: self.info.clone(),
            from: CalledFrom::Page { url: self.url.clone(), name: self.page },
        });
        // Files that `update` has created are handled like uploaded files.
        let files = CallFiles::Received(uploads.with(files));
        let answered = match call.answer(body.clone().into(), files).await {
            Ok(answered) => answered,
            // Unreachable: the files have already been received.
            Err(_) => return Outcome::Refused(Refusal::TooLarge),
        };
        let (outcome, cookies) = answered.into_outcome();
        self.keep(cookies);
        outcome
    }

    /// Keeps cookies for the response. After a sign-in or sign-out, the next calls send the
    /// changed cookies, as a browser would.
    fn keep(&mut self, cookies: SetCookies) {
        if cookies.session_changed {
            self.info = Arc::new(self.info.with_cookies(&cookies.headers));
        }
        self.cookies.session_changed |= cookies.session_changed;
        self.cookies.headers.extend(cookies.headers);
    }
}

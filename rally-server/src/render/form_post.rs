//! A form that is posted to its page: the page's own `update`, on the server.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use rally_core::call::Outcome;
use rally_core::context::{DARK_MODE_COOKIE, LANG_COOKIE};
use rally_core::effect::CallRequest;
use rally_core::form::NoForm;
use rally_core::frame::Refusal;
use rally_core::registry::KnownPage;
use rally_core::route::{LocalPath, Params};
use rally_core::running::{Encoded, Stage};
use rally_core::submission::{Chosen, Submission, Turn, Unsubmitted};

use crate::app::Booted;
use crate::auth::guard::{self, Admitted};
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch;
use crate::http::rpc::{Asker, Files, run};
use crate::render::error_page::Problem;
use crate::render::page::{self, Loaded, Rendered, Unrendered, redirect};
use crate::request::Uploads;
use crate::request::body::{BodyError, Paced};
use crate::request::cookie::{Cookie, keep};
use crate::request::form_body;
use crate::request::info::Visitor;
use crate::request::preferences::Preferences;
use crate::telemetry::message_record::Exchange;
use crate::telemetry::trace::{self, Panicked};

/// As long as the browser's side keeps what was chosen.
const A_YEAR: Duration = Duration::from_secs(31_536_000);

/// Answers the post of a form; `url` is the path and query of its page.
///
/// | what came of it | answer |
/// |---|---|
/// | `update` navigates | 303 there |
/// | every call was answered with `Ok`, and there was one | 303 to the page |
/// | a language or theme was chosen, and no call failed | 303 to the page |
/// | anything else | 422 and the page, as `update` has left it |
pub(crate) async fn post(app: &Arc<Booted>, url: &str, form: &str, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = Paced::new(body, app.limits.body);
    let response = answer(app, url, form, head.headers, body.clone()).await;
    // Whoever is cut off while they send do not see the answer.
    body.linger().await;
    response
}

async fn answer(
    app: &Arc<Booted>,
    url: &str,
    form: &str,
    headers: HeaderMap,
    body: Paced,
) -> Response {
    let local = url.parse::<LocalPath>().ok();
    let Some((local, (page, params))) = local.zip(app.registry.pages.find(url)) else {
        return problem(app, StatusCode::NOT_FOUND);
    };
    let preferences = Preferences::of(&headers);
    let visitor = Arc::new(Visitor::of(&headers, preferences.client(url), &app.sessions));
    // As the browser says: it has not been read yet.
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let size = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let exchange = page::begun(app, page, &visitor, size);
    let asked = Asked { page, params, preferences, visitor, url, local, form };
    let response = answer_at(app, asked, headers, body, &exchange).await;
    page::told(response, &exchange)
}

/// A form that is posted to a page of the app.
struct Asked<'a> {
    page: &'a KnownPage,
    params: Params,
    preferences: Preferences,
    visitor: Arc<Visitor>,
    url: &'a str,
    local: LocalPath,
    form: &'a str,
}

async fn answer_at(
    app: &Arc<Booted>,
    asked: Asked<'_>,
    headers: HeaderMap,
    body: Paced,
    exchange: &Exchange,
) -> Response {
    let Asked { page, params, preferences, visitor, url, local, form } = asked;
    let rule = app.registry.rule(page);
    let admitted = guard::admit(app, visitor, &rule, url, exchange).await;
    let Admitted { standing, client } = match admitted {
        Ok(admitted) => admitted,
        Err(refused) => return page::refused(app, refused),
    };
    let visitor = standing.visitor.clone();
    // Taken in from those alone who may see the page.
    let posted = match form_body::read(app, &headers, body).await {
        Ok(posted) => posted,
        Err(error) => return unread(app, error),
    };
    let (loaded, cookies) = match page::load(app, page, &params, standing, exchange).await {
        Ok(loaded) => loaded,
        Err(response) => return response,
    };
    let (first, none) = (visitor.clone(), SetCookies::default());
    let name = page.name;
    let mut asking = Asking { app, page: name, url: local, headers, visitor, cookies: none };
    asking.keep(cookies);
    let response = match loaded {
        Loaded::Redirect(to) => redirect(app, StatusCode::SEE_OTHER, &to),
        Loaded::Data(data) => {
            let known = preferences.client(url);
            let begin = || page::begin(page, &params, data, client, known);
            let post = Post { page, params: &params, preferences, uploads: posted.uploads };
            post.run(begin, Submission::new(form, posted.values), &mut asking).await
        }
    };
    page::with_cookies(app, &first, asking.cookies, response)
}

/// A form on its page.
struct Post<'a> {
    page: &'a KnownPage,
    params: &'a Params,
    preferences: Preferences,
    uploads: Uploads,
}

impl Post<'_> {
    async fn run(
        mut self,
        begin: impl FnOnce() -> Result<Stage, Unrendered>,
        mut submission: Submission,
        asking: &mut Asking<'_>,
    ) -> Response {
        let app = asking.app;
        // What the page begins with is kept as bytes: it begins anew for each call.
        let from = match trace::catch_now(|| Ok(begin()?.encode()?)) {
            Ok(Ok(from)) => from,
            Ok(Err(error)) => return self.failed(app, Ok(Err(error))),
            Err(panic) => return self.failed(app, Err(panic)),
        };
        let (end, chosen) = loop {
            let turn = || turn(&submission, self.page, self.params, &from);
            let request = match trace::catch_now(turn) {
                Ok(Ok(Step::Call(request))) => request,
                Ok(Ok(Step::End(end, chosen))) => break (end, chosen),
                Ok(Err(error)) => return self.failed(app, Ok(Err(error))),
                Err(panic) => return self.failed(app, Err(panic)),
            };
            let outcome = asking.call(&request, self.uploads.clone()).await;
            if let Outcome::Refused(Refusal::SignIn { url }) = &outcome {
                return redirect(app, StatusCode::SEE_OTHER, url);
            }
            submission.answer(request, outcome);
        };
        self.preferences.choose(&chosen);
        let cookies = cookies(&chosen).filter_map(|it| it.to_header(app.environment).ok());
        asking.cookies.headers.extend(cookies);
        match end {
            End::Redirect(to) => {
                let to = to.as_deref().unwrap_or(asking.url.as_str());
                redirect(app, StatusCode::SEE_OTHER, to)
            }
            End::Show(rendered) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                page::answer(app, self.page, status, &self.preferences, Ok(Ok(rendered)))
            }
        }
    }

    fn failed(
        &self,
        app: &Booted,
        failed: Result<Result<Rendered, Unrendered>, Panicked>,
    ) -> Response {
        page::answer(app, self.page, StatusCode::OK, &self.preferences, failed)
    }
}

/// What comes next, with nothing of the page in it.
enum Step {
    Call(CallRequest),
    End(End, Chosen),
}

enum End {
    /// There, or to the page itself.
    Redirect(Option<String>),
    Show(Rendered),
}

fn turn(
    submission: &Submission,
    page: &KnownPage,
    params: &Params,
    from: &Encoded,
) -> Result<Step, Unrendered> {
    Ok(match submission.turn(page.stage(params, from)?) {
        Ok(Turn::Call(request)) => Step::Call(request),
        Ok(Turn::Navigate(to, chosen)) => Step::End(End::Redirect(Some(to)), chosen),
        Ok(Turn::Done(chosen)) => Step::End(End::Redirect(None), chosen),
        Ok(Turn::Show(left, chosen)) => {
            Step::End(End::Show(page::write(page, params, left)?), chosen)
        }
        Err(Unsubmitted::Form(NoForm::Unknown)) => return Err(Unrendered::NotFound),
        Err(error) => return Err(error.into()),
    })
}

/// Who asks, from one call of a form to the next.
struct Asking<'a> {
    app: &'a Arc<Booted>,
    url: LocalPath,
    /// The page's name.
    page: &'static str,
    headers: HeaderMap,
    visitor: Arc<Visitor>,
    /// What the browser is to keep of all that was answered.
    cookies: SetCookies,
}

impl Asking<'_> {
    /// Answers a call that `update` has asked for, as one that came over HTTP.
    async fn call(&mut self, request: &CallRequest, uploads: Uploads) -> Outcome {
        let call = match dispatch::find(self.app, request.name, request.fingerprint) {
            Ok(call) => call,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        // What `update` has made itself goes the way that a file from outside goes.
        let files = Files::Here(uploads.with(&request.files));
        let visitor = self.visitor.clone();
        let exchange = Exchange::begin(self.app, &visitor, request.name, request.body.len());
        exchange.on(Some(self.page));
        let asker = Asker { visitor, from: self.url.clone(), exchange };
        let body = request.body.clone().into();
        let answered = match run(self.app.clone(), asker, call, 1, body, files).await {
            Ok(answered) => answered,
            // There was none to be read.
            Err(_) => return Outcome::Refused(Refusal::TooLarge),
        };
        let (outcome, cookies) = answered.into_outcome();
        self.keep(cookies);
        outcome
    }

    /// Does as the browser would between two calls: whoever has signed in is
    /// somebody else from here on.
    fn keep(&mut self, cookies: SetCookies) {
        if cookies.session_changed {
            cookies.headers.iter().for_each(|cookie| keep(&mut self.headers, cookie));
            let client = self.visitor.client.clone();
            self.visitor = Arc::new(Visitor::of(&self.headers, client, &self.app.sessions));
        }
        self.cookies.session_changed |= cookies.session_changed;
        self.cookies.headers.extend(cookies.headers);
    }
}

/// As the browser's side writes them.
fn cookies(chosen: &Chosen) -> impl Iterator<Item = Cookie> {
    let word = |name, value: &str| match value {
        "" => Cookie::removal(name).script_readable(),
        value => Cookie::new(name, value).max_age(A_YEAR).script_readable(),
    };
    let theme = chosen.dark_mode.map(|dark| match dark {
        None => "",
        Some(true) => "1",
        Some(false) => "0",
    });
    let theme = theme.map(|theme| word(DARK_MODE_COOKIE, theme));
    theme.into_iter().chain(chosen.lang.as_deref().map(|lang| word(LANG_COOKIE, lang)))
}

fn unread(app: &Booted, error: BodyError) -> Response {
    match (error.status(), error) {
        (None, BodyError::Failed(error)) => {
            let trace_id = trace::failure("taking in a form", &error);
            page::problem(app, &Problem::failed(trace_id))
        }
        (status, _) => problem(app, status.unwrap_or(StatusCode::BAD_REQUEST)),
    }
}

fn problem(app: &Booted, status: StatusCode) -> Response {
    page::problem(app, &Problem::new(status))
}

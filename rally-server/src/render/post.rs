//! A form that is posted to its page: the page's own `update`, on the server.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::Response;
use rally_core::call::Outcome;
use rally_core::context::{DARK_MODE_COOKIE, LANG_COOKIE};
use rally_core::effect::CallRequest;
use rally_core::form::NoForm;
use rally_core::frame::Refusal;
use rally_core::registry::KnownPage;
use rally_core::route::{LocalPath, Params};
use rally_core::running::Encoded;
use rally_core::submission::{Chosen, Submission, Turn, Unsubmitted};

use super::page::{self, Rendered, Unrendered, redirect};
use crate::app::Booted;
use crate::cookie::Cookie;
use crate::http::body::BodyError;
use crate::http::{Preferences, form, rpc::run};
use crate::problem::Problem;
use crate::uploads::Uploads;
use crate::{rpc, trace};

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
    let found = app.registry.pages.find(url).filter(|_| url.parse::<LocalPath>().is_ok());
    let Some((page, params)) = found else {
        return problem(app, StatusCode::NOT_FOUND);
    };
    let posted = match form::read(&app.limits, &head.headers, body).await {
        Ok(posted) => posted,
        Err(error) => return unread(app, error),
    };
    let data = match rpc::load(app, page, &params).await {
        Ok(data) => data,
        Err(error) => return page::unloaded(app, page, error),
    };
    let mut preferences = Preferences::of(&head.headers);
    // What the page begins with is kept as bytes: it begins anew for each call.
    let client = preferences.client(url);
    let begun = trace::catch_now(|| {
        let stage = page::begin(page, &params, data, None, client)?;
        Ok::<_, Unrendered>(stage.encode()?)
    });
    let failed = |failed| page::answer(app, page, StatusCode::OK, &preferences, failed);
    let from = match begun {
        Ok(Ok(from)) => from,
        Ok(Err(error)) => return failed(Ok(Err(error))),
        Err(panic) => return failed(Err(panic)),
    };
    let mut submission = Submission::new(form, posted.values);
    let (end, chosen) = loop {
        let request = match trace::catch_now(|| turn(&submission, page, &params, &from)) {
            Ok(Ok(Step::Call(request))) => request,
            Ok(Ok(Step::End(end, chosen))) => break (end, chosen),
            Ok(Err(error)) => return failed(Ok(Err(error))),
            Err(panic) => return failed(Err(panic)),
        };
        let outcome = call(app, &request, posted.uploads.clone()).await;
        if let Outcome::Refused(Refusal::SignIn { url }) = &outcome {
            return redirect(app, StatusCode::SEE_OTHER, url);
        }
        submission.answer(request, outcome);
    };
    preferences.choose(&chosen);
    let mut response = match end {
        End::Redirect(to) => redirect(app, StatusCode::SEE_OTHER, to.as_deref().unwrap_or(url)),
        End::Show(rendered) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page::answer(app, page, status, &preferences, Ok(Ok(rendered)))
        }
    };
    let cookies = cookies(&chosen).filter_map(|cookie| cookie.to_header(app.environment).ok());
    response.headers_mut().extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
    response
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

/// Answers a call that `update` has asked for, as one that came over HTTP.
async fn call(app: &Arc<Booted>, request: &CallRequest, uploads: Uploads) -> Outcome {
    let handler = match rpc::find(app, request.name, request.fingerprint) {
        Ok(handler) => handler,
        Err(refusal) => return Outcome::Refused(refusal),
    };
    // What `update` has made itself goes the way that a file from outside goes.
    let uploads = uploads.with(&request.files);
    let body = request.body.clone().into();
    run(app.clone(), handler, 1, body, uploads).await.into_outcome()
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

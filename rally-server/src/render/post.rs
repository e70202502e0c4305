//! A form that is posted to its page: the page's own `update`, on the server.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use rally_core::call::Outcome;
use rally_core::effect::CallRequest;
use rally_core::form::NoForm;
use rally_core::frame::Refusal;
use rally_core::registry::KnownPage;
use rally_core::route::{LocalPath, Params};
use rally_core::running::{Origin, Place};
use rally_core::submission::{Submission, Turn, Unsubmitted};

use super::page::{self, Unrendered, Written, redirect};
use crate::app::Booted;
use crate::http::body::BodyError;
use crate::http::{form, rpc::run};
use crate::origin::is_same_origin;
use crate::problem::Problem;
use crate::uploads::Uploads;
use crate::{rpc, trace};

/// Answers the post of a form; `url` is the path and query of its page.
///
/// | what came of it | answer |
/// |---|---|
/// | `update` navigates | 303 there |
/// | every call was answered with `Ok`, and there was one | 303 to the page |
/// | anything else | 422 and the page, as `update` has left it |
pub(crate) async fn post(app: Arc<Booted>, url: &str, form: &str, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if !is_same_origin(&head.headers) {
        return problem(&app, StatusCode::FORBIDDEN);
    }
    let found = app.registry.pages.find(url).filter(|_| url.parse::<LocalPath>().is_ok());
    let Some((page, params)) = found else {
        return problem(&app, StatusCode::NOT_FOUND);
    };
    let posted = match form::read(&app.limits, &head.headers, body).await {
        Ok(posted) => posted,
        Err(error) => return unread(&app, error),
    };
    let data = match rpc::load(&app, page, &params).await {
        Ok(data) => data,
        Err(error) => return page::unloaded(&app, page, error),
    };
    // What the page begins with is kept as bytes: it begins anew for each call.
    let begun = trace::catch_now(|| {
        let first = page.start(&params, Origin::Loaded(data.value), Place::still(url))?;
        Ok::<_, Unrendered>(first.model()?)
    });
    let model = match begun {
        Ok(Ok(model)) => model,
        Ok(Err(error)) => return page::answer(&app, page, StatusCode::OK, Ok(Err(error))),
        Err(panic) => return page::answer(&app, page, StatusCode::OK, Err(panic)),
    };
    let mut submission = Submission::new(form, posted.values);
    loop {
        let step = trace::catch_now(|| turn(&submission, page, &params, &model, url));
        let request = match step {
            Ok(Ok(Step::Call(request))) => request,
            Ok(Ok(Step::Redirect(to))) => return redirect(&app, StatusCode::SEE_OTHER, &to),
            Ok(Ok(Step::Show(written))) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return page::answer(&app, page, status, Ok(Ok(written)));
            }
            Ok(Err(error)) => return page::answer(&app, page, StatusCode::OK, Ok(Err(error))),
            Err(panic) => return page::answer(&app, page, StatusCode::OK, Err(panic)),
        };
        let outcome = call(&app, &request, posted.uploads.clone()).await;
        if let Outcome::Refused(Refusal::SignIn { url }) = &outcome {
            return redirect(&app, StatusCode::SEE_OTHER, url);
        }
        submission.answer(request, outcome);
    }
}

/// What comes next, with nothing of the page in it.
enum Step {
    Call(CallRequest),
    Redirect(String),
    Show(Written),
}

fn turn(
    submission: &Submission,
    page: &KnownPage,
    params: &Params,
    model: &[u8],
    url: &str,
) -> Result<Step, Unrendered> {
    let begun = page.start(params, Origin::Model(model), Place::still(url))?;
    Ok(match submission.turn(begun) {
        Ok(Turn::Call(request)) => Step::Call(request),
        Ok(Turn::Navigate(to)) => Step::Redirect(to),
        Ok(Turn::Done) => Step::Redirect(url.to_owned()),
        Ok(Turn::Show(left)) => Step::Show(page::write(page, params, left, url)?),
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

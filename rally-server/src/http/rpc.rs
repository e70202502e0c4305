//! Calls over HTTP: a frame in the body, a frame in the answer.

use std::mem;
use std::sync::Arc;

use axum::body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use rally_core::codec::Flaw;
use rally_core::context::ClientContext;
use rally_core::frame::{ClientFrame, Malformed, Refusal, RequestId};
use rally_core::route::LocalPath;
use tracing::Instrument;

use crate::app::Booted;
use crate::auth::guard;
use crate::http::Preferences;
use crate::limits::within;
use crate::registry::KnownCall;
use crate::rpc::{self, Answered};
use crate::session::jar::SetCookies;
use crate::visitor::{Visitor, page_of};

/// Answers `POST /rpc`. The handler's own error is an answer like any other:
/// the status tells of what kept the handler from answering.
pub(super) async fn answer(app: Arc<Booted>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let (head, body) = request.into_parts();
    let frame = body::to_bytes(body, app.limits.frame as usize);
    let frame = match within(app.limits.body, frame).await {
        Some(Ok(frame)) => frame,
        Some(Err(error)) => {
            let is_large = error.into_inner().is::<http_body_util::LengthLimitError>();
            let flaw = Flaw::Truncated;
            let refusal = if is_large { Refusal::TooLarge } else { Refusal::Malformed { flaw } };
            return respond(0, Answered::Refused(refusal));
        }
        None => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let (id, answered) = match ClientFrame::read(&frame) {
        Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
            match rpc::find(&app, name, fingerprint) {
                Ok(call) => {
                    let body = frame.slice_ref(body);
                    // While the handler runs, the request need not be kept.
                    drop(frame);
                    (id, run(app, &head.headers, call, id, body).await)
                }
                Err(refusal) => (id, Answered::Refused(refusal)),
            }
        }
        // Pages are entered, and connections kept, on a socket.
        Ok(ClientFrame::Enter { id, .. } | ClientFrame::Show { id, .. }) => {
            (id, malformed(Flaw::UnknownKind))
        }
        Ok(ClientFrame::Ping) => (0, malformed(Flaw::UnknownKind)),
        Err(Malformed { id, flaw }) => (id, malformed(flaw)),
    };
    respond(id, answered)
}

/// The answer to a page that may not call.
pub(super) fn deny() -> Response {
    respond(0, Answered::Refused(Refusal::Denied))
}

/// Runs the call as a task of its own: what a handler has begun is not cut in
/// half when the client goes away.
async fn run(
    app: Arc<Booted>,
    headers: &HeaderMap,
    call: KnownCall,
    id: RequestId,
    body: Bytes,
) -> Answered {
    let client = match app.from_session {
        Some(_) => Preferences::of(headers).client(""),
        None => ClientContext::default(),
    };
    let visitor = Arc::new(Visitor::of(headers, client, &app.sessions));
    let from = if call.rule.signed_in { page_of(headers) } else { LocalPath::default() };
    let answered = {
        let app = app.clone();
        async move {
            match guard::admit(&app, visitor, &call.rule, from.as_str()).await {
                Ok(admitted) => rpc::call(app, call.handler, admitted.standing, id, body).await,
                Err(refused) => refused.into(),
            }
        }
    };
    let mut answered = Box::pin(answered);
    if let Some(answered) = (&mut answered).now_or_never() {
        return answered;
    }
    let answered = app.tasks.spawn(answered.in_current_span()).await;
    answered.unwrap_or_else(|error| rpc::internal("a call", &error))
}

fn malformed(flaw: Flaw) -> Answered {
    Answered::Refused(Refusal::Malformed { flaw })
}

fn respond(id: RequestId, mut answered: Answered) -> Response {
    let (status, cookies) = match &mut answered {
        Answered::Frame(_, cookies) => (StatusCode::OK, mem::take(cookies)),
        Answered::Refused(refusal) => (status(refusal), SetCookies::default()),
    };
    // Not by `into_response`, which would set a type and then this one instead.
    let mut response = Response::new(answered.into_frame(id).into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/msgpack"));
    if cookies.session_changed {
        headers.insert("rally-session", HeaderValue::from_static("changed"));
    }
    headers.extend(cookies.headers.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Malformed { .. } | Refusal::Unknown | Refusal::OverHttp => StatusCode::BAD_REQUEST,
        Refusal::SignIn { .. } => StatusCode::UNAUTHORIZED,
        Refusal::Denied | Refusal::OtherPage => StatusCode::FORBIDDEN,
        Refusal::Stale => StatusCode::CONFLICT,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Redirect { .. } => StatusCode::SEE_OTHER,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Busy => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

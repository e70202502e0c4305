//! Calls over HTTP: a frame in the body, a frame in the answer.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use axum::body::{self, Body};
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
use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch::{self, Answered};
use crate::calls::registry::KnownCall;
use crate::limits::within;
use crate::request::Uploads;
use crate::request::body::{BodyError, Kind, Paced, Parts};
use crate::request::form_body::spool;
use crate::request::info::{Visitor, page_of};
use crate::request::preferences::Preferences;
use crate::telemetry::message_record::Exchange;

/// Answers `POST /rpc`. The handler's own error is an answer like any other:
/// the status tells of what kept the handler from answering.
pub(super) async fn answer(app: Arc<Booted>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let (head, body) = request.into_parts();
    if let Kind::Multipart(boundary) = Kind::of(&head.headers) {
        let body = Paced::new(body, app.limits.body);
        // Boxed, so that a call without files need not carry it.
        let answered = Box::pin(answer_with_files(app, &head.headers, body.clone(), boundary));
        let response = answered.await;
        // Whoever is cut off while they send do not see the answer.
        body.linger().await;
        return response;
    }
    match whole(&app, body).await {
        Ok(frame) => {
            let none = Files::Here(Uploads::default());
            answer_frame(app, &head.headers, frame, none).await
        }
        Err(error) => broken(0, error),
    }
}

/// Answers a frame that is the first part of a body, before its files.
async fn answer_with_files(
    app: Arc<Booted>,
    headers: &HeaderMap,
    body: Paced,
    boundary: String,
) -> Response {
    let mut parts = Parts::new(body, boundary);
    match first(&mut parts, app.limits.frame as usize).await {
        Ok(frame) => answer_frame(app, headers, frame, Files::Coming(parts)).await,
        Err(error) => broken(0, error),
    }
}

async fn answer_frame(
    app: Arc<Booted>,
    headers: &HeaderMap,
    frame: Bytes,
    files: Files,
) -> Response {
    let (id, answered) = match ClientFrame::read(&frame) {
        Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
            match dispatch::find(&app, name, fingerprint) {
                Ok(call) => {
                    let (body, size) = (frame.slice_ref(body), frame.len());
                    // While the handler runs, the request need not be kept.
                    drop(frame);
                    let asker = Asker::of(&app, headers, &call, size);
                    match run(app, asker, call, id, body, files).await {
                        Ok(answered) => (id, answered),
                        Err(error) => return broken(id, error),
                    }
                }
                Err(refusal) => {
                    let exchange = || of_no_call(&app, headers, name, frame.len());
                    let exchange = app.recorder.as_ref().map(|_| exchange()).unwrap_or_default();
                    (id, Answered::Refused(refusal).told(id, &exchange))
                }
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

/// The files of a call.
pub(crate) enum Files {
    Here(Uploads),
    /// Behind the frame, not yet read.
    Coming(Parts),
}

/// Reads a body that is a frame.
async fn whole(app: &Booted, body: Body) -> Result<Bytes, BodyError> {
    let frame = body::to_bytes(body, app.limits.frame as usize);
    match within(app.limits.body, frame).await {
        Some(Ok(frame)) => Ok(frame),
        Some(Err(error)) => {
            Err(match error.into_inner().is::<http_body_util::LengthLimitError>() {
                true => BodyError::TooLarge,
                false => BodyError::Malformed,
            })
        }
        None => Err(BodyError::TooSlow),
    }
}

/// Reads the part that is a frame, and leaves the files that come behind it.
async fn first(parts: &mut Parts, limit: usize) -> Result<Bytes, BodyError> {
    let mut call = parts.next().await?.filter(|part| part.name == "call");
    let call = call.as_mut().ok_or(BodyError::Malformed)?;
    Ok(call.whole(limit).await?.into())
}

/// Takes in the files of a call: its parts `file-0` and so on.
async fn uploads(app: &Booted, mut parts: Parts) -> Result<Uploads, BodyError> {
    let limits = &app.limits.form;
    let mut files = HashMap::new();
    while let Some(mut part) = parts.next().await? {
        let number = part.name.strip_prefix("file-").and_then(|number| number.parse().ok());
        let number: u32 = number.ok_or(BodyError::Malformed)?;
        if files.len() == limits.files {
            return Err(BodyError::TooLarge);
        }
        let spooled = spool(&mut part, limits.file, &app.spool).await?;
        if files.insert(number, spooled).is_some() {
            return Err(BodyError::Malformed);
        }
    }
    Ok(Uploads::new(files))
}

/// What is answered when the body could not be read.
fn broken(id: RequestId, error: BodyError) -> Response {
    let answered = match error {
        BodyError::TooSlow => return StatusCode::REQUEST_TIMEOUT.into_response(),
        BodyError::TooLarge => Answered::Refused(Refusal::TooLarge),
        BodyError::Busy => Answered::Refused(Refusal::Busy),
        BodyError::Malformed | BodyError::Unsupported => malformed(Flaw::Truncated),
        BodyError::Failed(error) => dispatch::internal("taking in a file", &error),
    };
    respond(id, answered)
}

/// Who makes a call, and on which page: path and query.
pub(crate) struct Asker {
    pub(crate) visitor: Arc<Visitor>,
    pub(crate) from: LocalPath,
    pub(crate) exchange: Exchange,
}

impl Asker {
    fn of(app: &Booted, headers: &HeaderMap, call: &KnownCall, size: usize) -> Self {
        let client = match app.from_session {
            Some(_) => Preferences::of(headers).client(""),
            None => ClientContext::default(),
        };
        let visitor = Arc::new(Visitor::of(headers, client, &app.sessions));
        let exchange = Exchange::begin(app, &visitor, call.handler.name, size);
        let is_asked = call.rule.signed_in || exchange.is_recorded();
        let from = is_asked.then(|| page_of(headers)).flatten();
        if let Some(from) = &from
            && exchange.is_recorded()
        {
            exchange.on(app.registry.pages.find(from.as_str()).map(|(page, _)| page.name));
        }
        Self { visitor, from: from.unwrap_or_default(), exchange }
    }
}

/// A request for a call that is not there, or is another version's.
fn of_no_call(app: &Booted, headers: &HeaderMap, name: &str, size: usize) -> Exchange {
    let visitor = Visitor::of(headers, ClientContext::default(), &app.sessions);
    Exchange::begin(app, &Arc::new(visitor), name.to_owned(), size)
}

/// Runs the call as a task of its own: what a handler has begun is not cut in
/// half when the client goes away. Files are taken in from those alone who may
/// call.
pub(crate) async fn run(
    app: Arc<Booted>,
    asker: Asker,
    call: KnownCall,
    id: RequestId,
    body: Bytes,
    files: Files,
) -> Result<Answered, BodyError> {
    let Some(place) = app.room.enter() else {
        return Ok(Answered::Refused(Refusal::Busy).told(id, &asker.exchange));
    };
    let answered = {
        let app = app.clone();
        async move {
            let _place = place;
            let Asker { visitor, from, exchange } = asker;
            let (rule, from) = (&call.rule, from.as_str());
            let admitted = match guard::admit(&app, visitor, rule, from, &exchange).await {
                Ok(admitted) => admitted,
                Err(refused) => return Ok(Answered::from(refused).told(id, &exchange)),
            };
            let (standing, uploads) = match files {
                Files::Here(uploads) => (admitted.standing, uploads),
                Files::Coming(parts) => {
                    // Boxed, so that a call without files need not carry it.
                    let uploads = match Box::pin(uploads(&app, parts)).await {
                        Ok(uploads) => uploads,
                        Err(error) => {
                            exchange.answered("unread", 0);
                            return Err(error);
                        }
                    };
                    // Which may have taken hours, and they have signed out since.
                    let visitor = admitted.standing.visitor.clone();
                    let again = guard::admit(&app, visitor, rule, from, &exchange);
                    match Box::pin(again).await {
                        Ok(admitted) => (admitted.standing, uploads),
                        Err(refused) => return Ok(Answered::from(refused).told(id, &exchange)),
                    }
                }
            };
            Ok(dispatch::call(app, call.handler, standing, id, body, uploads, exchange).await)
        }
    };
    let mut answered = Box::pin(answered);
    if let Some(answered) = (&mut answered).now_or_never() {
        return answered;
    }
    let answered = app.tasks.spawn(answered.in_current_span()).await;
    answered.unwrap_or_else(|error| Ok(dispatch::internal("a call", &error)))
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

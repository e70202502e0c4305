//! Calls over HTTP: a frame in the body, a frame in the answer.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use rally_core::codec::Flaw;
use rally_core::frame::{ClientFrame, Malformed, Refusal, RequestId};
use tracing::Instrument;

use super::body::{BodyError, Kind, Paced, Parts};
use super::form::spool;
use crate::app::Booted;
use crate::handler::HandlerEntry;
use crate::limits::within;
use crate::rpc::{self, Answered};
use crate::uploads::Uploads;

/// Answers `POST /rpc`. The handler's own error is an answer like any other:
/// the status tells of what kept the handler from answering.
pub(super) async fn answer(app: Arc<Booted>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let (frame, files) = match read(&app, request).await {
        Ok(read) => read,
        Err(error) => return broken(0, error),
    };
    let (id, answered) = match ClientFrame::read(&frame) {
        Ok(ClientFrame::Call { id, name, fingerprint, body }) => {
            match rpc::find(&app, name, fingerprint) {
                Ok(handler) => {
                    let body = frame.slice_ref(body);
                    // While the handler runs, the request need not be kept.
                    drop(frame);
                    let uploads = match files {
                        None => Uploads::default(),
                        Some(parts) => match uploads(&app, parts).await {
                            Ok(uploads) => uploads,
                            Err(error) => return broken(id, error),
                        },
                    };
                    (id, run(app, handler, id, body, uploads).await)
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

/// Reads the frame, and leaves the files that come behind it.
async fn read(app: &Booted, request: Request) -> Result<(Bytes, Option<Parts>), BodyError> {
    if let Kind::Multipart(boundary) = Kind::of(request.headers()) {
        let mut parts = Parts::new(Paced::new(request.into_body(), app.limits.body), boundary);
        let mut call = parts.next().await?.filter(|part| part.name == "call");
        let call = call.as_mut().ok_or(BodyError::Malformed)?;
        let frame = call.whole(app.limits.frame as usize).await?;
        return Ok((frame.into(), Some(parts)));
    }
    let frame = body::to_bytes(request.into_body(), app.limits.frame as usize);
    match within(app.limits.body, frame).await {
        Some(Ok(frame)) => Ok((frame, None)),
        Some(Err(error)) => {
            Err(match error.into_inner().is::<http_body_util::LengthLimitError>() {
                true => BodyError::TooLarge,
                false => BodyError::Malformed,
            })
        }
        None => Err(BodyError::TooSlow),
    }
}

/// Takes in the files of a call: its parts `file-0` and so on.
async fn uploads(app: &Booted, mut parts: Parts) -> Result<Uploads, BodyError> {
    let limits = &app.limits.form;
    let mut files = HashMap::new();
    let read = async {
        while let Some(mut part) = parts.next().await? {
            let number = part.name.strip_prefix("file-").and_then(|number| number.parse().ok());
            let number: u32 = number.ok_or(BodyError::Malformed)?;
            if files.len() == limits.files {
                return Err(BodyError::TooLarge);
            }
            let spooled = spool(&mut part, limits.file).await?;
            if files.insert(number, spooled).is_some() {
                return Err(BodyError::Malformed);
            }
        }
        Ok(())
    };
    match read.await {
        Ok(()) => Ok(Uploads::new(files)),
        Err(error) => Err(parts.linger(error).await),
    }
}

/// What is answered when the body could not be read.
fn broken(id: RequestId, error: BodyError) -> Response {
    respond(
        id,
        match error {
            BodyError::TooSlow => return StatusCode::REQUEST_TIMEOUT.into_response(),
            BodyError::TooLarge => Answered::Refused(Refusal::TooLarge),
            BodyError::Malformed | BodyError::Unsupported => malformed(Flaw::Truncated),
            BodyError::Failed(error) => rpc::internal("taking in a file", &error),
        },
    )
}

/// The answer to a page that may not call.
pub(super) fn deny() -> Response {
    respond(0, Answered::Refused(Refusal::Denied))
}

/// Runs the call as a task of its own: what a handler has begun is not cut in
/// half when the client goes away.
pub(crate) async fn run(
    app: Arc<Booted>,
    handler: &'static HandlerEntry,
    id: RequestId,
    body: Bytes,
    uploads: Uploads,
) -> Answered {
    let mut call = Box::pin(rpc::call(app.clone(), handler, id, body, uploads));
    if let Some(answered) = (&mut call).now_or_never() {
        return answered;
    }
    let answered = app.tasks.spawn(call.in_current_span()).await;
    answered.unwrap_or_else(|error| rpc::internal("a call", &error))
}

fn malformed(flaw: Flaw) -> Answered {
    Answered::Refused(Refusal::Malformed { flaw })
}

fn respond(id: RequestId, answered: Answered) -> Response {
    let status = match &answered {
        Answered::Frame(_) => StatusCode::OK,
        Answered::Refused(refusal) => status(refusal),
    };
    // Not by `into_response`, which would set a type and then this one instead.
    let mut response = Response::new(answered.into_frame(id).into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/msgpack"));
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

//! Calls over HTTP, with one frame in the body of the request and one in the reply.

use std::mem;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{CallPage, ClientFrame, MalformedFrame, Refusal, RequestId};

use crate::auth::response_cookies::SetCookies;
use crate::calls::dispatch::Calls;
use crate::calls::request_outcome::RequestOutcome;
use crate::calls::run::{CallFiles, CalledFrom, RequestedCall};
use crate::limits::{Limits, within};
use crate::request::body::{BodyError, Parts, TimedBody, boundary};
use crate::request::info::RequestInfo;

/// Answers a call. The status code is 200 for the handler's `Ok` value, and also for its
/// `Err`. Other codes mean that the call was refused or failed.
pub(super) async fn answer(calls: &Arc<Calls>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let (head, body) = request.into_parts();
    if let Some(boundary) = boundary(&head.headers) {
        let body = TimedBody::new(body, calls.limits.body);
        // Boxed, so that the future of a call without files stays small.
        let answered = Box::pin(answer_with_files(calls, head.headers, body.clone(), boundary));
        let response = answered.await;
        // Read the rest of the body: a client that is disconnected while it sends may not see
        // the response.
        body.drain().await;
        return response;
    }
    match read_frame(&calls.limits, body).await {
        Ok(frame) => answer_frame(calls, head.headers, frame, CallFiles::default()).await,
        Err(error) => body_error(0, error),
    }
}

async fn answer_with_files(
    calls: &Arc<Calls>,
    headers: HeaderMap,
    body: TimedBody,
    boundary: String,
) -> Response {
    let mut parts = Parts::new(body, boundary);
    match read_first_part(&mut parts, calls.limits.frame as usize).await {
        Ok(frame) => answer_frame(calls, headers, frame, CallFiles::Unread(Box::new(parts))).await,
        Err(error) => body_error(0, error),
    }
}

async fn answer_frame(
    calls: &Arc<Calls>,
    headers: HeaderMap,
    frame: Bytes,
    files: CallFiles,
) -> Response {
    let (id, name, fingerprint, page, body) = match ClientFrame::read(&frame) {
        Ok(ClientFrame::Call { id, name, fingerprint, page, body }) => {
            (id, name, fingerprint, page, body)
        }
        // Other frames are for sockets only.
        Ok(ClientFrame::LoadPage { id, .. } | ClientFrame::PageShown { id, .. }) => {
            return respond(id, malformed(DecodeErrorKind::UnknownKind));
        }
        Ok(ClientFrame::Ping) => return respond(0, malformed(DecodeErrorKind::UnknownKind)),
        Err(MalformedFrame { id, kind }) => return respond(id, malformed(kind)),
    };
    let (body, size) = (frame.slice_ref(body), frame.len());
    let info = Arc::new(RequestInfo::for_call(headers));
    let from = match page {
        CallPage::At(url) => CalledFrom::Named(url.parse().ok()),
        CallPage::None => CalledFrom::Referer,
        // The client means a page of its socket.
        CallPage::Shown(_) => CalledFrom::Named(None),
    };
    let call = calls.begin(RequestedCall { id, name, fingerprint, size, info, from });
    // From here, only `body` refers to the frame, so the handler can free the frame early.
    drop(frame);
    match call.answer(body, files).await {
        Ok(answered) => respond(id, answered),
        Err(error) => body_error(id, error),
    }
}

pub(super) fn deny() -> Response {
    respond(0, RequestOutcome::Refused(Refusal::Denied))
}

async fn read_frame(limits: &Limits, body: Body) -> Result<Bytes, BodyError> {
    within(limits.body, read(body, limits.frame as usize)).await.unwrap_or(Err(BodyError::TooSlow))
}

/// Reads a body of up to `limit` bytes. A body that arrives in one piece is not copied.
async fn read(mut body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Malformed)?;
        // Trailers are ignored.
        let Ok(piece) = frame.into_data() else { continue };
        if whole.len() + pieces.len() + piece.len() > limit {
            return Err(BodyError::TooLarge);
        }
        if whole.is_empty() && pieces.is_empty() {
            whole = piece;
        } else {
            pieces.extend_from_slice(&mem::take(&mut whole));
            pieces.extend_from_slice(&piece);
        }
    }
    Ok(if pieces.is_empty() { whole } else { pieces.freeze() })
}

/// Reads the first part, which is the frame. The parts with the files stay unread.
async fn read_first_part(parts: &mut Parts, limit: usize) -> Result<Bytes, BodyError> {
    let mut call = parts.next().await?.filter(|part| part.name == "call");
    let call = call.as_mut().ok_or(BodyError::Malformed)?;
    Ok(call.whole(limit).await?.into())
}

fn body_error(id: RequestId, error: BodyError) -> Response {
    let answered = match error {
        BodyError::TooSlow => return StatusCode::REQUEST_TIMEOUT.into_response(),
        BodyError::TooLarge => RequestOutcome::Refused(Refusal::TooLarge),
        BodyError::Busy => RequestOutcome::Refused(Refusal::Busy),
        BodyError::Malformed | BodyError::Unsupported => malformed(DecodeErrorKind::Truncated),
        BodyError::Failed(error) => RequestOutcome::internal("storing an uploaded file", &error),
    };
    respond(id, answered)
}

fn malformed(kind: DecodeErrorKind) -> RequestOutcome {
    RequestOutcome::Refused(Refusal::Malformed { kind })
}

fn respond(id: RequestId, mut answered: RequestOutcome) -> Response {
    let (status, cookies) = match &mut answered {
        RequestOutcome::Frame(_, cookies) => (StatusCode::OK, mem::take(cookies)),
        RequestOutcome::Refused(refusal) => (status(refusal), SetCookies::default()),
    };
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

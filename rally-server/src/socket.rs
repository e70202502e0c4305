//! Sockets: one WebSocket for each browser tab.

mod auth_cache;
mod connection;
mod in_flight;
mod outbox;
mod page_state;
mod rate_limit;
mod requests;

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use crate::calls::dispatch::Calls;
use crate::request::info::RequestInfo;
use crate::security::origin::{Origins, Source};
use crate::telemetry::trace;
use connection::Connection;

/// The initial size of a socket's read buffer and of its write buffer, in bytes. It is
/// smaller than tungstenite's default of 128 KiB, because every open tab has both buffers.
/// The write buffer grows to the largest reply and does not shrink.
const BUFFER: usize = 4 * 1024;

pub(crate) async fn upgrade(calls: Arc<Calls>, origins: &Origins, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    match origins.source(&head.headers) {
        Source::Own => {}
        // Ignore the cookies: they belong to this site, not to the page that opens the socket.
        Source::Allowed(_) => drop(head.headers.remove(header::COOKIE)),
        Source::Foreign => {
            return (StatusCode::FORBIDDEN, "pages of this origin may not open a socket")
                .into_response();
        }
    }
    let socket = match WebSocketUpgrade::from_request_parts(&mut head, &()).await {
        Ok(socket) => socket,
        Err(rejection) => return rejection.into_response(),
    };
    let info = RequestInfo::for_socket(head.headers);
    // A debug span, because entering an enabled span for each message would slow down small
    // calls.
    let span = tracing::debug_span!("socket", id = trace::new_id());
    let max = calls.limits.frame as usize;
    socket
        .max_message_size(max)
        .max_frame_size(max)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| {
            let lifecycle = calls.lifecycle.clone();
            lifecycle.track(Connection::new(calls, info).run(socket).instrument(span))
        })
}

//! The socket: one WebSocket for each tab.

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

/// tungstenite's own 128 KiB would be held by every open tab. It keeps what the
/// largest reply of a socket took until the socket closes.
const BUFFER: usize = 4 * 1024;

/// Opens a socket for a page of this origin, or of one that the app lets in.
pub(crate) async fn upgrade(calls: Arc<Calls>, origins: &Origins, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    match origins.source(&head.headers) {
        Source::Here => {}
        // They are of this site, and so is the visitor that they name.
        Source::Listed(_) => drop(head.headers.remove(header::COOKIE)),
        Source::Elsewhere => {
            return (StatusCode::FORBIDDEN, "this socket is for pages of its own origin")
                .into_response();
        }
    }
    let socket = match WebSocketUpgrade::from_request_parts(&mut head, &()).await {
        Ok(socket) => socket,
        Err(rejection) => return rejection.into_response(),
    };
    let info = RequestInfo::for_socket(head.headers);
    // Entered for each message, which costs more than most calls: it is there where
    // somebody listens that closely.
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

//! The socket: one WebSocket for each tab.

mod connection;

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rally_core::frame::MAX_FRAME;
use tracing::Instrument;

use crate::app::Booted;
use connection::Connection;

/// tungstenite's own 128 KiB would be held by every open tab.
const BUFFER: usize = 4 * 1024;

/// Opens a socket for a page of this origin.
pub(crate) async fn upgrade(
    State(app): State<Arc<Booted>>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    drop(request);
    if !is_same_origin(&headers) {
        return (StatusCode::FORBIDDEN, "this socket is for pages of its own origin")
            .into_response();
    }
    let socket = match socket {
        Ok(socket) => socket,
        Err(rejection) => return rejection.into_response(),
    };
    let span = tracing::info_span!("socket", id = crate::trace::new_id());
    let tasks = app.tasks.clone();
    socket
        .max_message_size(MAX_FRAME)
        .max_frame_size(MAX_FRAME)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| {
            tasks.track_future(Connection::new(app).run(socket).instrument(span))
        })
}

/// Browsers always send `Origin` with a WebSocket, and a page cannot forge it.
/// A client without one is not a browser, and carries nobody's cookies.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let text =
        |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    match headers.get(header::ORIGIN) {
        None => true,
        Some(_) => {
            let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://"));
            matches!((origin, text(header::HOST)), (Some((_, origin)), Some(host)) if origin.eq_ignore_ascii_case(host))
        }
    }
}

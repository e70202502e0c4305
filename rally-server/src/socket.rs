//! The socket: one WebSocket for each tab.

mod auth_cache;
mod connection;
mod in_flight;
mod page_state;
mod rate_limit;

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rally_core::context::ClientContext;
use tracing::Instrument;

use crate::app::Booted;
use crate::request::info::Visitor;
use crate::request::preferences::Preferences;
use crate::security::origin::Source;
use connection::Connection;

/// tungstenite's own 128 KiB would be held by every open tab. It keeps what the
/// largest reply of a socket took until the socket closes.
const BUFFER: usize = 4 * 1024;

/// Opens a socket for a page of this origin, or of one that the app lets in.
pub(crate) async fn upgrade(app: Arc<Booted>, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    match app.origins.source(&head.headers) {
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
    let client = match app.from_session {
        Some(_) => Preferences::of(&head.headers).client(""),
        None => ClientContext::default(),
    };
    let visitor = Visitor::of(&head.headers, client, &app.sessions);
    let span = tracing::info_span!("socket", id = crate::telemetry::trace::new_id());
    let (tasks, max) = (app.tasks.clone(), app.limits.frame as usize);
    socket
        .max_message_size(max)
        .max_frame_size(max)
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| {
            tasks.track_future(Connection::new(app, visitor).run(socket).instrument(span))
        })
}

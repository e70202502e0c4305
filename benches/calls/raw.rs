//! The reference: the same calls with axum and `rmp_serde`, without a
//! framework.

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::serve::ListenerExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;

pub async fn serve(listener: TcpListener) {
    let router = Router::new()
        .route("/rename", post(|body| answer(body, super::renamed)))
        .route("/search", post(|body| answer(body, super::found)))
        .route("/rename/socket", any(|upgrade| open(upgrade, super::renamed)))
        .route("/search/socket", any(|upgrade| open(upgrade, super::found)));
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, router).await.unwrap();
}

async fn answer<C: DeserializeOwned, T: Serialize>(body: Bytes, run: fn(C) -> T) -> Response {
    let Ok(message) = rmp_serde::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match rmp_serde::to_vec(&run(message)) {
        Ok(reply) => ([(header::CONTENT_TYPE, "application/msgpack")], reply).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The default buffers of tungstenite, 128 KiB, are zeroed before each read,
/// which costs more than the call.
const BUFFER: usize = 4 * 1024;

async fn open<C, T>(upgrade: WebSocketUpgrade, run: fn(C) -> T) -> Response
where
    C: DeserializeOwned + Send + 'static,
    T: Serialize + Send + 'static,
{
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    upgrade.on_upgrade(move |socket| answer_all(socket, run))
}

async fn answer_all<C: DeserializeOwned, T: Serialize>(mut socket: WebSocket, run: fn(C) -> T) {
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Binary(bytes) = message else { continue };
        let Ok((id, message)) = rmp_serde::from_slice::<(u32, C)>(&bytes) else { return };
        let Ok(reply) = rmp_serde::to_vec(&(id, run(message))) else { return };
        if socket.send(Message::Binary(reply.into())).await.is_err() {
            return;
        }
    }
}

//! Connections: accepted, answered, and told when the server stops.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;

use super::deadline::Deadlines;
use crate::app::Booted;
use crate::http;

/// How long to wait when the system has no room for a connection.
const RELIEF: Duration = Duration::from_secs(1);

/// Serves until the app stops. Requests that are under way go on: they are
/// among the app's tasks.
pub(crate) async fn listen(listener: TcpListener, app: Arc<Booted>) {
    app.begin();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stopping.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                // A reply is one small packet; Nagle would hold it back.
                let _ = stream.set_nodelay(true);
                app.tasks.spawn(serve(stream, app.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(RELIEF).await;
            }
        }
    }
}

/// Answers what comes on one connection, until it ends.
pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    app: Arc<Booted>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = http::answer(app.clone(), request.map(Body::new));
        answer.map(Ok::<_, Infallible>)
    });
    let mut builder = http1::Builder::new();
    builder.timer(Deadlines::default()).header_read_timeout(app.limits.header);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    // Among these it is looked at when it has happened, and not with each request.
    let mut stopping = FuturesUnordered::from_iter([app.stopping.cancelled()]);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        Some(()) = stopping.next() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection was dropped");
    }
}

/// The client has gone before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

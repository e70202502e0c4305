//! Connections: accepted, given a router, and told when the server stops.

mod deadline;

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use crate::app::Booted;
use crate::http;
use deadline::Deadlines;

/// How long to wait when the system has no room for a connection.
const RELIEF: Duration = Duration::from_secs(1);

/// Serves until the app stops. Requests that are under way go on: they are
/// among the app's tasks.
pub(crate) async fn listen(listener: TcpListener, app: Arc<Booted>) {
    let router = http::router(app.clone());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = app.stopping.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                app.tasks.spawn(serve(stream, router.clone(), app.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(RELIEF).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, router: Router, app: Arc<Booted>) {
    // A reply is one small packet; Nagle would hold it back.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let mut builder = http1::Builder::new();
    builder.timer(Deadlines::default()).header_read_timeout(app.limits.header);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    // A token of its own, whose lock no other connection waits for.
    let stopping = app.stopping.child_token();
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stopping.cancelled() => {
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

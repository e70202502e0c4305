//! The listener: accepts connections and serves them until the server stops.

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
use crate::app::{App, Clients, Service};
use crate::config::BootError;
use crate::http::{self, Http};

/// The pause after `accept` has failed, for example because no file descriptor is free.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Serves the app on a listener until the future is dropped.
    ///
    /// When the future is dropped, sockets are closed and no more jobs start. Unlike
    /// [`serve`](crate::serve), this method does not handle signals.
    ///
    /// # Errors
    ///
    /// If a check of the app fails, for example because `dist` has no `index.html`, or because
    /// a handler expects another state type.
    pub async fn listen(
        self,
        clients: impl Into<Clients>,
        listener: TcpListener,
    ) -> Result<Infallible, BootError> {
        let service = self.start(clients.into())?;
        let _stop = service.lifecycle().stop_on_drop();
        listen(listener, &service).await;
        // Unreachable: `listen` returns only if the lifecycle stops, and only `_stop` stops it.
        std::future::pending().await
    }
}

/// Accepts connections until the app stops. Each connection is a task of the lifecycle, so
/// that a shutdown waits for the current request.
pub(crate) async fn listen(listener: TcpListener, service: &Service) {
    service.start_background();
    let (http, lifecycle) = (&service.http, service.lifecycle());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = lifecycle.stopping() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                // Without this option, Nagle's algorithm could delay small replies.
                let _ = stream.set_nodelay(true);
                lifecycle.spawn(serve(stream, http.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept a connection, next attempt in 1 second");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

pub(crate) async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    http: Arc<Http>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = http::answer(http.clone(), request.map(Body::new));
        answer.map(Ok::<_, Infallible>)
    });
    let mut builder = http1::Builder::new();
    builder.timer(Deadlines::default()).header_read_timeout(http.calls.limits.header);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = pin!(connection);
    // `FuturesUnordered` polls the stop signal again only after the signal has woken it, not
    // for each request.
    let mut stopping = FuturesUnordered::from_iter([http.calls.lifecycle.stopping()]);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        Some(()) = stopping.next() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection failed");
    }
}

/// Returns `true` if only this connection failed: its client disconnected before `accept`.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

//! Graceful shutdown: stop listening, close sockets, let calls finish.

use std::time::Duration;

use crate::app::Service;
use crate::lifecycle::{GRACE, Lifecycle};

/// How long it may take to keep what was recorded.
const FLUSH: Duration = Duration::from_secs(5);

/// Waits for ctrl-c, or on Unix for SIGTERM.
pub(crate) async fn signal() {
    let interrupt = async {
        // Without a handler there is no signal to wait for.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupt => {}
        () = terminate() => {}
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => drop(terminate.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    std::future::pending().await
}

/// Waits until what was recorded is kept. It comes after everything else, since
/// all of that is recorded; and does not take long.
pub(crate) async fn flush(service: &Service) {
    if tokio::time::timeout(FLUSH, service.calls().records.flush()).await.is_err() {
        tracing::warn!("stopped before everything was recorded");
    }
}

/// Waits until a stop has taken too long, be it a call or a request.
pub(crate) async fn overdue(lifecycle: &Lifecycle) {
    lifecycle.stopping().await;
    tokio::time::sleep(GRACE).await;
}

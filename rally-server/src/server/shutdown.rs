//! Graceful shutdown: signals and time limits.

use std::time::Duration;

use crate::app::Service;
use crate::lifecycle::{GRACE, Lifecycle};

const FLUSH: Duration = Duration::from_secs(5);

pub(crate) async fn signal() {
    let interrupt = async {
        // If no handler for ctrl-c can be installed, wait for SIGTERM only.
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

/// Stores the remaining records. This is the last step of a shutdown, because the other steps
/// may create records.
pub(crate) async fn flush(service: &Service) {
    if tokio::time::timeout(FLUSH, service.calls().records.flush()).await.is_err() {
        tracing::warn!("stopped before all journal records were stored");
    }
}

/// Waits until the grace period after the stop signal has passed.
pub(crate) async fn overdue(lifecycle: &Lifecycle) {
    lifecycle.stopping().await;
    tokio::time::sleep(GRACE).await;
}

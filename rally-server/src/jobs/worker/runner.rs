//! The loop that claims and runs jobs until the app shuts down.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::jobs::error::StoreError;
use crate::jobs::store::REMOVE_BATCH;
use crate::jobs::worker::Worker;
use crate::jobs::worker::lease::{Lease, LeaseEnd};
use crate::jobs::worker::poller::{Poller, PollerAction};

const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);

pub(super) async fn run(worker: Arc<Worker>) {
    let mut poller = Poller::new(worker.settings.concurrency, worker.settings.poll, Instant::now());
    let mut wakes = worker.store.wakes();
    let mut running: JoinSet<LeaseEnd> = JoinSet::new();
    let mut cleaned_up = Instant::now();
    loop {
        match poller.step(Instant::now()) {
            PollerAction::Finished => return,
            PollerAction::Claim(limit) => {
                // Mark only earlier notifications as seen: the claim may miss jobs that are
                // enqueued from now on.
                wakes.mark_unchanged();
                match claim(&worker, limit).await {
                    Ok((leases, dead)) => {
                        // The query counts dead jobs towards its limit, but they do not run.
                        poller.claimed(limit - dead, leases.len(), Instant::now());
                        let is_stopping = worker.lifecycle.is_stopping();
                        for lease in leases {
                            match is_stopping {
                                true => running.spawn(lease.release()),
                                false => running.spawn(lease.run()),
                            };
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "cannot claim jobs, retrying");
                        poller.failed(Instant::now());
                    }
                }
                if worker.lifecycle.is_stopping() {
                    poller.stop();
                }
                if cleaned_up.elapsed() >= CLEANUP_INTERVAL && clean_up(&worker).await {
                    cleaned_up = Instant::now();
                }
            }
            PollerAction::Wait(until) => tokio::select! {
                () = worker.lifecycle.stopping(), if !poller.is_stopping() => poller.stop(),
                // A task that panicked has ended too.
                Some(_) = running.join_next() => poller.ended(Instant::now()),
                () = woken(&mut wakes) => poller.woken(),
                () = at(until) => {}
            },
        }
    }
}

async fn claim(worker: &Arc<Worker>, limit: usize) -> Result<(Vec<Lease>, usize), StoreError> {
    worker.schedules.tick(&*worker.store, None).await?;
    worker.claim(limit, None).await
}

/// Removes old completed jobs. Returns `false` if there may be more of them.
async fn clean_up(worker: &Worker) -> bool {
    match worker.store.remove_completed(worker.settings.keep, None).await {
        Ok(removed) => removed < u64::from(REMOVE_BATCH),
        Err(error) => {
            tracing::warn!(%error, "cannot remove old completed jobs");
            true
        }
    }
}

async fn woken(wakes: &mut watch::Receiver<()>) {
    if wakes.changed().await.is_err() {
        // The sender was dropped: no notification can follow.
        pending::<()>().await;
    }
}

async fn at(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => pending().await,
    }
}

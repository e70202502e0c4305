//! The runner: claims jobs and has them run, as long as the app does.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::jobs::error::StoreError;
use crate::jobs::store::FORGOTTEN;
use crate::jobs::worker::Worker;
use crate::jobs::worker::lease::{Lease, LeaseEnd};
use crate::jobs::worker::poller::{Poller, PollerAction};

/// How often it is looked for jobs that need not be kept.
const TIDYING: Duration = Duration::from_secs(60);

pub(super) async fn run(worker: Arc<Worker>) {
    let mut poller = Poller::new(worker.settings.concurrency, worker.settings.poll, Instant::now());
    let mut wakes = worker.store.wakes();
    let mut running: JoinSet<LeaseEnd> = JoinSet::new();
    let mut tidied = Instant::now();
    loop {
        match poller.step(Instant::now()) {
            PollerAction::Finished => return,
            PollerAction::Claim(limit) => {
                // What is enqueued from here on may not be seen.
                wakes.mark_unchanged();
                match claim(&worker, limit).await {
                    Ok((leases, dead)) => {
                        // Those that are dead of it are none of those asked for.
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
                        tracing::error!(%error, "no jobs can be claimed, it is tried again");
                        poller.failed(Instant::now());
                    }
                }
                if worker.lifecycle.is_stopping() {
                    poller.stop();
                }
                if tidied.elapsed() >= TIDYING && tidy(&worker).await {
                    tidied = Instant::now();
                }
            }
            PollerAction::Wait(until) => tokio::select! {
                () = worker.lifecycle.stopping(), if !poller.is_stopping() => poller.stop(),
                // One that panicked has ended too.
                Some(_) = running.join_next() => poller.ended(Instant::now()),
                () = woken(&mut wakes) => poller.woken(),
                () = at(until) => {}
            },
        }
    }
}

async fn claim(worker: &Arc<Worker>, limit: usize) -> Result<(Vec<Lease>, usize), StoreError> {
    worker.timetable.tick(&*worker.store, None).await?;
    worker.claim(limit, None).await
}

/// Whether that was all for now.
async fn tidy(worker: &Worker) -> bool {
    match worker.store.forget(worker.settings.keep, None).await {
        Ok(forgotten) => forgotten < u64::from(FORGOTTEN),
        Err(error) => {
            tracing::warn!(%error, "jobs that were done long ago cannot be removed");
            true
        }
    }
}

async fn woken(wakes: &mut watch::Receiver<()>) {
    if wakes.changed().await.is_err() {
        // Nobody is left who could.
        pending::<()>().await;
    }
}

async fn at(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => pending().await,
    }
}

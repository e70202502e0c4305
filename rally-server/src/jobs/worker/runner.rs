//! The runner: claims jobs and has them run, as long as the app does.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::jobs::error::StoreError;
use crate::jobs::store::FORGOTTEN;
use crate::jobs::worker::Crew;
use crate::jobs::worker::lease::{Ended, Lease};
use crate::jobs::worker::poller::{Pace, Step};

/// How often it is looked for jobs that need not be kept.
const TIDYING: Duration = Duration::from_secs(60);

pub(super) async fn run(crew: Arc<Crew>) {
    let mut pace = Pace::new(crew.settings.concurrency, crew.settings.poll, Instant::now());
    let mut wakes = crew.store.wakes();
    let mut running: JoinSet<Ended> = JoinSet::new();
    let mut tidied = Instant::now();
    loop {
        match pace.step(Instant::now()) {
            Step::Finished => return,
            Step::Claim(limit) => {
                // What is enqueued from here on may not be seen.
                wakes.mark_unchanged();
                match claim(&crew, limit).await {
                    Ok((leases, dead)) => {
                        // Those that are dead of it are none of those asked for.
                        pace.claimed(limit - dead, leases.len(), Instant::now());
                        let is_stopping = crew.lifecycle.is_stopping();
                        for lease in leases {
                            match is_stopping {
                                true => running.spawn(lease.release()),
                                false => running.spawn(lease.run()),
                            };
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, "no jobs can be claimed, it is tried again");
                        pace.failed(Instant::now());
                    }
                }
                if crew.lifecycle.is_stopping() {
                    pace.stop();
                }
                if tidied.elapsed() >= TIDYING && tidy(&crew).await {
                    tidied = Instant::now();
                }
            }
            Step::Wait(until) => tokio::select! {
                () = crew.lifecycle.stopping(), if !pace.is_stopping() => pace.stop(),
                // One that panicked has ended too.
                Some(_) = running.join_next() => pace.ended(Instant::now()),
                () = woken(&mut wakes) => pace.woken(),
                () = at(until) => {}
            },
        }
    }
}

async fn claim(crew: &Arc<Crew>, limit: usize) -> Result<(Vec<Lease>, usize), StoreError> {
    crew.timetable.tick(&*crew.store, None).await?;
    crew.claim(limit, None).await
}

/// Whether that was all for now.
async fn tidy(crew: &Crew) -> bool {
    match crew.store.forget(crew.settings.keep, None).await {
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

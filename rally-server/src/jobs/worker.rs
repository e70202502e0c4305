//! The worker: runs the jobs of one database in one app.

mod lease;
mod poller;
mod runner;
#[cfg(all(test, feature = "sqlite"))]
mod worker_tests;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::auth::caller::Caller;
use crate::auth::guard::Authenticator;
use crate::background::{Background, Boot, Host};
use crate::config::BootError;
use crate::jobs::admin::{page, terminal};
use crate::jobs::builder::{JobSettings, Jobs};
use crate::jobs::error::StoreError;
use crate::jobs::registry::JobRegistry;
use crate::jobs::schedule::Schedules;
use crate::jobs::store::{ClockOverride, ENDED, JobStore};
use crate::jobs::worker::lease::{Lease, LeaseEnd};
use crate::jobs::worker::poller::CLAIM;
use crate::lifecycle::Lifecycle;
use crate::request::info::RequestInfo;
use futures_util::future::BoxFuture;

pub(crate) struct Worker {
    pub(super) store: Arc<dyn JobStore>,
    pub(super) settings: JobSettings,
    pub(super) known: JobRegistry,
    pub(super) timetable: Schedules,
    authenticator: Arc<Authenticator>,
    lifecycle: Lifecycle,
    /// The jobs that run here.
    here: Mutex<HashSet<i64>>,
}

/// How many jobs a test has run, and how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// They are done.
    pub completed: usize,
    /// They failed, and are tried again later.
    pub failed: usize,
    /// They failed for the fifth time, and are left to be looked at.
    pub dead: usize,
}

impl Worker {
    /// Checks the jobs of this binary, and the schedules, against the app.
    pub(super) fn new(jobs: Jobs, host: Host<'_>) -> Result<Self, BootError> {
        let Jobs { store, settings, schedules, since } = jobs;
        let Host { types, authenticator, lifecycle } = host;
        let (known, timetable) = (JobRegistry::collect(types)?, Schedules::new(schedules, since)?);
        Ok(Self {
            store,
            settings,
            known,
            timetable,
            authenticator,
            lifecycle,
            here: Mutex::default(),
        })
    }

    /// Claims jobs that are due, and takes note of those that are dead of it.
    async fn claim(
        self: &Arc<Self>,
        limit: usize,
        now: ClockOverride,
    ) -> Result<(Vec<Lease>, usize), StoreError> {
        let here = self.here().iter().copied().collect();
        // The time that it takes is the claim's.
        let since = Instant::now();
        let mut claimed = self.store.claim(limit, here, now).await?;
        let all = claimed.len();
        claimed.retain(|job| !job.is_dead || dead(&job.name, job.claim.id));
        let dead = all - claimed.len();
        let lease = |job| Lease::new(self.clone(), job, since, now);
        Ok((claimed.into_iter().map(lease).collect(), dead))
    }

    /// The caller of one job: nobody, in a session of its own, with the app's own
    /// state.
    fn caller(&self) -> Caller {
        self.authenticator.anonymous(Arc::new(RequestInfo::for_call(HeaderMap::new())))
    }

    /// The jobs that run here: each is among them until nothing of it is left.
    pub(super) fn here(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs what is due, until nothing is.
    pub(crate) async fn run_due(
        self: &Arc<Self>,
        now: ClockOverride,
    ) -> Result<JobCounts, StoreError> {
        let mut ran = JobCounts::default();
        self.timetable.tick(&*self.store, now).await?;
        loop {
            let (leases, dead) = self.claim(self.settings.concurrency.min(CLAIM), now).await?;
            ran.dead += dead;
            if leases.is_empty() && dead == 0 {
                return Ok(ran);
            }
            let mut running: JoinSet<_> = leases.into_iter().map(Lease::run).collect();
            while let Some(ended) = running.join_next().await {
                match ended {
                    Ok(LeaseEnd::Completed) => ran.completed += 1,
                    Ok(LeaseEnd::Failed) => ran.failed += 1,
                    Ok(LeaseEnd::Dead) => ran.dead += 1,
                    Ok(LeaseEnd::Lost | LeaseEnd::Released) | Err(_) => {}
                }
            }
        }
    }
}

/// Says so. `false`: there is nothing to be run.
fn dead(name: &str, id: i64) -> bool {
    tracing::error!(name, id, error = ENDED, "a job is dead");
    false
}

impl Jobs {
    /// Has them run in an app, once it is booted.
    pub(crate) fn boot(self) -> Boot {
        Box::new(|host| Ok(Arc::new(Worker::new(self, host)?)))
    }
}

impl Background for Worker {
    fn start(self: Arc<Self>) {
        let lifecycle = self.lifecycle.clone();
        lifecycle.spawn(runner::run(self));
    }

    fn answer(&self, request: Request) -> BoxFuture<'_, Response> {
        Box::pin(page::answer(&*self.store, request))
    }

    fn command<'a>(&'a self, words: &'a [String]) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(terminal::answer(&*self.store, words))
    }
}

//! The worker that runs the jobs of a database in an app.

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
use futures_util::future::BoxFuture;
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
use crate::jobs::store::{ClockOverride, JobStore, LEASE_EXPIRED};
use crate::jobs::worker::lease::{Lease, LeaseEnd};
use crate::jobs::worker::poller::MAX_CLAIM;
use crate::lifecycle::Lifecycle;
use crate::request::info::RequestInfo;

pub(crate) struct Worker {
    pub(super) store: Arc<dyn JobStore>,
    pub(super) settings: JobSettings,
    pub(super) registry: JobRegistry,
    pub(super) schedules: Schedules,
    authenticator: Arc<Authenticator>,
    lifecycle: Lifecycle,
    running_jobs: Mutex<HashSet<i64>>,
}

/// Number of jobs that a test has run, by their outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Jobs that succeeded.
    pub completed: usize,
    /// Jobs that failed and are retried later.
    pub failed: usize,
    /// Jobs that became dead, because they had no attempts left.
    pub dead: usize,
}

impl Worker {
    pub(super) fn new(jobs: Jobs, host: Host<'_>) -> Result<Self, BootError> {
        let Jobs { store, settings, schedules, opened_at } = jobs;
        let Host { types, authenticator, lifecycle } = host;
        let (registry, schedules) =
            (JobRegistry::collect(types)?, Schedules::new(schedules, opened_at)?);
        Ok(Self {
            store,
            settings,
            registry,
            schedules,
            authenticator,
            lifecycle,
            running_jobs: Mutex::default(),
        })
    }

    /// Claims due jobs. Returns the leases of these jobs, and the number of jobs that
    /// became dead instead.
    async fn claim(
        self: &Arc<Self>,
        limit: usize,
        now: ClockOverride,
    ) -> Result<(Vec<Lease>, usize), StoreError> {
        let running_jobs = self.running_jobs().iter().copied().collect();
        // Read the clock before the query, because the lease starts during the query.
        let since = Instant::now();
        let mut claimed = self.store.claim(limit, running_jobs, now).await?;
        let all = claimed.len();
        claimed.retain(|job| !job.is_dead || log_dead(&job.name, job.claim.id));
        let dead = all - claimed.len();
        let lease = |job| Lease::new(self.clone(), job, since, now);
        Ok((claimed.into_iter().map(lease).collect(), dead))
    }

    fn caller(&self) -> Caller {
        self.authenticator.anonymous(Arc::new(RequestInfo::for_call(HeaderMap::new())))
    }

    /// Returns the ids of the jobs that run in this process. Dropping a [`Lease`] removes
    /// the id of its job.
    pub(super) fn running_jobs(&self) -> MutexGuard<'_, HashSet<i64>> {
        self.running_jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn run_due(
        self: &Arc<Self>,
        now: ClockOverride,
    ) -> Result<JobCounts, StoreError> {
        let mut ran = JobCounts::default();
        self.schedules.tick(&*self.store, now).await?;
        loop {
            let (leases, dead) = self.claim(self.settings.concurrency.min(MAX_CLAIM), now).await?;
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

/// Logs that a job is dead. Returns `false`, so that `retain` removes the job.
fn log_dead(name: &str, id: i64) -> bool {
    tracing::error!(name, id, error = LEASE_EXPIRED, "the job is dead");
    false
}

impl Jobs {
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

//! An app for tests: the text of a job determines its actions, and each job reports its start.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rally_core::error::Error;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::{App, Service};
use crate::calls::cx::Cx;
use crate::db::Db;
use crate::jobs::{Database, Enqueue, Job, JobEntry, JobExt, Jobs};

pub struct JobTestState {
    pub(super) reports: UnboundedSender<(String, Instant)>,
    /// `true` lets the job `hold` finish.
    pub(super) resume: watch::Receiver<bool>,
    pub(super) running: AtomicUsize,
    pub(super) max_running: AtomicUsize,
    /// Texts of the running jobs, shared by workers to detect a job that runs twice.
    pub(super) running_texts: Arc<Mutex<HashSet<String>>>,
}

impl Job for String {
    type Cx = Cx<Arc<JobTestState>>;
    const NAME: &'static str = "test::Text";

    async fn run(self, cx: &Self::Cx) -> Result<(), Error> {
        let site = cx.state();
        let _running = RunningJob::new(site.clone(), self.clone());
        site.reports.send((self.clone(), Instant::now())).unwrap();
        let (word, rest) = self.split_once(' ').unwrap_or((&self, ""));
        match word {
            "fail" => Err("x".parse::<i64>().unwrap_err().into()),
            "panic" => panic!("at the disco"),
            "session" => {
                site.reports.send((cx.session().to_string(), Instant::now())).unwrap();
                Ok(())
            }
            "sleep" => {
                let seconds = rest.split(' ').next().unwrap_or_default().parse()?;
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            "hold" => {
                site.resume.clone().wait_for(|resume| *resume).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A job for tests that change its stored fingerprint or payload.
impl Job for u64 {
    type Cx = Cx<Arc<JobTestState>>;
    const NAME: &'static str = "test::Number";

    async fn run(self, _: &Self::Cx) -> Result<(), Error> {
        Ok(())
    }
}

inventory::submit! { JobEntry::of::<String>() }
inventory::submit! { JobEntry::of::<u64>() }

struct RunningJob {
    site: Arc<JobTestState>,
    text: String,
}

impl RunningJob {
    fn new(site: Arc<JobTestState>, text: String) -> Self {
        let running = site.running.fetch_add(1, Ordering::SeqCst) + 1;
        site.max_running.fetch_max(running, Ordering::SeqCst);
        let is_first = site.running_texts.lock().unwrap().insert(text.clone());
        assert!(is_first, "the job `{text}` must not run twice at the same time");
        Self { site, text }
    }
}

impl Drop for RunningJob {
    fn drop(&mut self) {
        self.site.running_texts.lock().unwrap().remove(&self.text);
        self.site.running.fetch_sub(1, Ordering::SeqCst);
    }
}

pub(super) struct TestWorker<D = Db> {
    pub(super) db: D,
    pub(super) site: Arc<JobTestState>,
    pub(super) reports: UnboundedReceiver<(String, Instant)>,
    pub(super) resume: watch::Sender<bool>,
    pub(super) started: Instant,
    pub(super) app: Service,
    _dist: TempDir,
}

impl<D: Clone> TestWorker<D>
where
    for<'d> &'d D: Database + Enqueue,
{
    pub(super) async fn on(db: &D, configure: impl FnOnce(Jobs) -> Jobs) -> Self {
        let test_worker = Self::idle(db, configure).await;
        test_worker.start();
        test_worker
    }

    pub(super) async fn idle(db: &D, configure: impl FnOnce(Jobs) -> Jobs) -> Self {
        Self::sharing(Arc::default(), db, configure).await
    }

    pub(super) async fn sharing(
        running_texts: Arc<Mutex<HashSet<String>>>,
        db: &D,
        configure: impl FnOnce(Jobs) -> Jobs,
    ) -> Self {
        let (sender, reports) = unbounded_channel();
        let (resume, resumed) = watch::channel(false);
        let site = Arc::new(JobTestState {
            reports: sender,
            resume: resumed,
            running: AtomicUsize::new(0),
            max_running: AtomicUsize::new(0),
            running_texts,
        });
        let dist = tempfile::tempdir().unwrap();
        let html = "<!DOCTYPE html><html><head></head><body><div id=\"app\"></div></body></html>";
        std::fs::write(dist.path().join("index.html"), html).unwrap();
        let jobs = configure(Jobs::open(db).await.unwrap());
        let app = App::new(site.clone()).dist(dist.path()).jobs(jobs).start((&[]).into()).unwrap();
        let started = Instant::now();
        Self { db: db.clone(), site, reports, resume, started, app, _dist: dist }
    }

    pub(super) fn start(&self) {
        self.app.start_background();
    }

    pub(super) async fn enqueue(&self, text: &str) {
        text.to_owned().enqueue(&self.db).await.unwrap();
    }

    pub(super) async fn next(&mut self) -> (String, u64) {
        let (text, at) = self.reports.recv().await.unwrap();
        (text, (at - self.started).as_secs())
    }

    pub(super) async fn stop(&self) -> Duration {
        let begun = Instant::now();
        self.app.lifecycle().stop();
        self.app.lifecycle().drain().await;
        begun.elapsed()
    }
}

impl TestWorker {
    pub(super) async fn job(&self) -> (String, i64, Option<String>) {
        let query = "SELECT status, attempts, last_error FROM jobs";
        sqlx::query_as(query).fetch_one(self.db.read()).await.unwrap()
    }

    pub(super) async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.db.write()).await.unwrap();
    }
}

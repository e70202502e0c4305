//! An app whose jobs are told what to do, and what they tell.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rally_core::call::CallError;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::{App, Service};
use crate::calls::cx::Cx;
use crate::db::Db;
use crate::jobs::{Database, Enqueue, Job, JobEntry, JobExt, Jobs};
use crate::request::Cookie;

/// What the jobs of these tests see.
pub struct JobTestState {
    pub(super) told: UnboundedSender<(String, Instant)>,
    /// Lets `hold` go on.
    pub(super) go_on: watch::Receiver<bool>,
    pub(super) running: AtomicUsize,
    /// How many ran at a time.
    pub(super) most: AtomicUsize,
    /// The texts of jobs that run: nobody runs one that somebody runs.
    pub(super) now: Arc<Mutex<HashSet<String>>>,
}

/// A text is a job, which does what it says.
impl Job for String {
    type Cx = Cx<Arc<JobTestState>>;
    const NAME: &'static str = "test::Text";

    async fn run(self, cx: &Self::Cx) -> Result<(), CallError> {
        let site = cx.state();
        let _running = RunningJob::new(site.clone(), self.clone());
        site.told.send((self.clone(), Instant::now())).unwrap();
        let (word, rest) = self.split_once(' ').unwrap_or((&self, ""));
        match word {
            "fail" => Err("x".parse::<i64>().unwrap_err().into()),
            "panic" => panic!("at the disco"),
            "cookie" => {
                cx.set_cookie(Cookie::new("a", "b"));
                Ok(())
            }
            "session" => {
                site.told.send((cx.session().to_string(), Instant::now())).unwrap();
                Ok(())
            }
            "sign_in" => {
                cx.sign_in();
                Ok(())
            }
            "sleep" => {
                let seconds = rest.split(' ').next().unwrap_or_default().parse()?;
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                Ok(())
            }
            "hold" => {
                site.go_on.clone().wait_for(|go_on| *go_on).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// A job whose message has changed since.
impl Job for u64 {
    type Cx = Cx<Arc<JobTestState>>;
    const NAME: &'static str = "test::Number";

    async fn run(self, _: &Self::Cx) -> Result<(), CallError> {
        Ok(())
    }
}

inventory::submit! { JobEntry::of::<String>() }
inventory::submit! { JobEntry::of::<u64>() }

/// A job that runs, or is dropped.
struct RunningJob {
    site: Arc<JobTestState>,
    text: String,
}

impl RunningJob {
    fn new(site: Arc<JobTestState>, text: String) -> Self {
        let running = site.running.fetch_add(1, Ordering::SeqCst) + 1;
        site.most.fetch_max(running, Ordering::SeqCst);
        assert!(site.now.lock().unwrap().insert(text.clone()), "{text} runs twice");
        Self { site, text }
    }
}

impl Drop for RunningJob {
    fn drop(&mut self) {
        self.site.now.lock().unwrap().remove(&self.text);
        self.site.running.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An app with a runner, and what its jobs tell.
pub(super) struct TestWorker<D = Db> {
    pub(super) db: D,
    pub(super) site: Arc<JobTestState>,
    pub(super) told: UnboundedReceiver<(String, Instant)>,
    pub(super) go_on: watch::Sender<bool>,
    pub(super) started: Instant,
    pub(super) app: Service,
    _dist: TempDir,
}

impl<D: Clone> TestWorker<D>
where
    for<'d> &'d D: Database + Enqueue,
{
    /// A process on a database.
    pub(super) async fn on(db: &D, tell: impl FnOnce(Jobs) -> Jobs) -> Self {
        let test_worker = Self::idle(db, tell).await;
        test_worker.start();
        test_worker
    }

    /// The same, that does not run jobs yet.
    pub(super) async fn idle(db: &D, tell: impl FnOnce(Jobs) -> Jobs) -> Self {
        Self::beside(Arc::default(), db, tell).await
    }

    /// The same, beside another process whose jobs are known.
    pub(super) async fn beside(
        now: Arc<Mutex<HashSet<String>>>,
        db: &D,
        tell: impl FnOnce(Jobs) -> Jobs,
    ) -> Self {
        let (sender, told) = unbounded_channel();
        let (go_on, goes_on) = watch::channel(false);
        let site = Arc::new(JobTestState {
            told: sender,
            go_on: goes_on,
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            now,
        });
        let dist = tempfile::tempdir().unwrap();
        let html = "<!DOCTYPE html><html><head></head><body><div id=\"app\"></div></body></html>";
        std::fs::write(dist.path().join("index.html"), html).unwrap();
        let jobs = tell(Jobs::open(db).await.unwrap());
        let app = App::new(site.clone()).dist(dist.path()).jobs(jobs).start((&[]).into()).unwrap();
        let started = Instant::now();
        Self { db: db.clone(), site, told, go_on, started, app, _dist: dist }
    }

    pub(super) fn start(&self) {
        self.app.begin();
    }

    pub(super) async fn enqueue(&self, text: &str) {
        text.to_owned().enqueue(&self.db).await.unwrap();
    }

    /// What a job tells next, and after how many seconds.
    pub(super) async fn next(&mut self) -> (String, u64) {
        let (text, at) = self.told.recv().await.unwrap();
        (text, (at - self.started).as_secs())
    }

    /// Stops the app, as a signal does; how long it took.
    pub(super) async fn stop(&self) -> Duration {
        let begun = Instant::now();
        self.app.lifecycle().stop();
        self.app.lifecycle().drain().await;
        begun.elapsed()
    }
}

impl TestWorker {
    /// Status, attempts and error of the one job.
    pub(super) async fn job(&self) -> (String, i64, Option<String>) {
        let query = "SELECT status, attempts, last_error FROM jobs";
        sqlx::query_as(query).fetch_one(self.db.read()).await.unwrap()
    }

    pub(super) async fn execute(&self, sql: &'static str) {
        sqlx::query(sql).execute(self.db.write()).await.unwrap();
    }
}

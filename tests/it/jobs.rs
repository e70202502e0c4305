//! Jobs of an app: enqueued by a call or a schedule, and run by the test.

use std::sync::Arc;
use std::time::Duration;

use rally::Environment;
use rally::db::{Db, DbOptions};
use rally::jobs::{JobCounts, Jobs};
use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::{Cx, PAGES, State, run_with_variables};
use crate::auth::accounts::Account;

/// A job that records its text and enqueues itself again until it has run
/// `times` times.
#[derive(Clone, Wire)]
struct Record {
    text: String,
    times: u8,
}

#[job]
async fn record(msg: Record, cx: &Cx) -> Result<()> {
    let state = cx.state();
    state.messages.lock().unwrap().push(msg.text.clone());
    if msg.text == "fail" {
        return Err(std::fmt::Error.into());
    }
    if msg.times > 1 {
        Record { times: msg.times - 1, ..msg }.enqueue(state.db()).await?;
    }
    Ok(())
}

#[derive(Wire)]
struct RecordCaller;

#[job]
async fn record_caller(_: RecordCaller, cx: &Cx) -> Result<()> {
    let who = cx.identity().map(|account: &Account| account.name.clone());
    let text = format!("{who:?} of {:?} at {:?}", cx.state().tenant, cx.hostname());
    cx.state().messages.lock().unwrap().push(text);
    Ok(())
}

/// Enqueues a job, and fails after that if `fails`.
#[derive(Wire)]
struct Order {
    text: String,
    fails: bool,
}

#[server(public)]
async fn order(msg: Order, cx: &Cx) -> Result<()> {
    let mut tx = cx.state().db().begin().await?;
    Record { text: msg.text, times: 1 }.enqueue(&mut tx).await?;
    if msg.fails {
        return Err(std::fmt::Error.into());
    }
    tx.commit().await?;
    Ok(())
}

/// An app with its own database, which follows the clock of the test.
async fn app(configure: impl FnOnce(Jobs) -> Jobs) -> (TestApp, Arc<State>, Db) {
    let db = DbOptions::in_memory().paused_clock().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = configure(Jobs::open(&db).await.unwrap());
    (TestApp::new(crate::app::app(state.clone()).jobs(jobs), PAGES), state, db)
}

fn take_messages(state: &State) -> Vec<String> {
    std::mem::take(&mut state.messages.lock().unwrap())
}

fn ran(completed: usize, failed: usize, dead: usize) -> JobCounts {
    JobCounts { completed, failed, dead }
}

async fn advance(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_call_enqueues_runs_when_the_test_runs_jobs() {
    let (app, state, _) = app(|jobs| jobs).await;
    app.call(Order { text: "tea".to_owned(), fails: false }).await.unwrap();
    assert!(take_messages(&state).is_empty());
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(take_messages(&state), ["tea"]);
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_enqueues_no_job() {
    let (app, state, db) = app(|jobs| jobs).await;
    app.call(Order { text: "tea".to_owned(), fails: true }).await.unwrap_err();
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    assert!(take_messages(&state).is_empty());
    let query = "SELECT count(*) FROM jobs";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(db.read()).await.unwrap();
    assert_eq!(jobs, 0);
}

#[tokio::test(start_paused = true)]
async fn jobs_that_jobs_enqueue_are_run_too() {
    let (app, state, db) = app(|jobs| jobs).await;
    Record { text: "again".to_owned(), times: 25 }.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(25, 0, 0));
    assert_eq!(take_messages(&state).len(), 25);
}

#[tokio::test(start_paused = true)]
async fn jobs_run_in_the_order_of_their_due_times() {
    let (app, state, db) = app(|jobs| jobs.concurrency(1)).await;
    let record = |text: &str| Record { text: text.to_owned(), times: 1 };
    let day = Duration::from_secs(24 * 60 * 60);
    let tomorrow = record("tomorrow").enqueue_in(day, &db).await.unwrap();
    let now = record("now").enqueue(&db).await.unwrap();
    let first = record("first").enqueue_now(&db).await.unwrap();
    assert!(tomorrow < now && now < first && first.to_string() == first.get().to_string());
    assert_eq!(app.run_jobs().await, ran(2, 0, 0));
    assert_eq!(take_messages(&state), ["first", "now"]);
    advance(24 * 60 * 60 - 1).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    advance(1).await;
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(take_messages(&state), ["tomorrow"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_tried_five_times() {
    let (app, state, db) = app(|jobs| jobs).await;
    Record { text: "fail".to_owned(), times: 1 }.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(0, 1, 0));
    for (wait, expected) in
        [(5, ran(0, 1, 0)), (20, ran(0, 1, 0)), (45, ran(0, 1, 0)), (80, ran(0, 0, 1))]
    {
        advance(wait - 1).await;
        assert_eq!(app.run_jobs().await, ran(0, 0, 0));
        advance(1).await;
        assert_eq!(app.run_jobs().await, expected);
    }
    advance(100_000).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    assert_eq!(take_messages(&state).len(), 5);
}

#[tokio::test]
async fn a_test_can_run_jobs_as_of_another_time() {
    let db = DbOptions::in_memory().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = Jobs::open(&db).await.unwrap();
    let app = TestApp::new(crate::app::app(state.clone()).jobs(jobs), PAGES);
    let hour = Duration::from_secs(3600);
    Record { text: "tea".to_owned(), times: 1 }.enqueue_in(hour, &db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    let now = db.now().duration_since(std::time::UNIX_EPOCH).unwrap() + hour;
    assert_eq!(app.run_jobs_at(now.as_secs().cast_signed() + 60).await, ran(1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_has_no_caller_and_the_state_of_the_app() {
    let (app, state, db) = app(|jobs| jobs).await;
    RecordCaller.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(take_messages(&state), ["None of \"\" at \"\""]);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_runs_when_it_is_due() {
    let monthly = Record { text: "monthly".to_owned(), times: 1 };
    let (app, state, _) = app(|jobs| jobs.schedule("monthly", "0 0 1 * *", monthly)).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    let mut days = 0;
    let mut next = async || {
        let before = days;
        while app.run_jobs().await == ran(0, 0, 0) {
            advance(24 * 60 * 60).await;
            days += 1;
        }
        days - before
    };
    next().await;
    for _ in 0..14 {
        let days = next().await;
        assert!((28..=31).contains(&days), "{days}");
    }
    assert_eq!(take_messages(&state).len(), 15);
    // All missed runs of a schedule are replaced by one.
    advance(400 * 24 * 60 * 60).await;
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
}

#[tokio::test]
#[should_panic(expected = "the app has no jobs: call `.jobs(")]
async fn running_the_jobs_of_an_app_without_jobs_panics() {
    let app = crate::app::app(Arc::new(State::default()));
    TestApp::new(app, PAGES).run_jobs().await;
}

/// An app with a dead job, whose error text is markup, and a pending one.
async fn app_with_a_dead_job(environment: Environment) -> (TestApp, Db) {
    let db = DbOptions::in_memory().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = Jobs::open(&db).await.unwrap();
    let app = crate::app::app(state).environment(environment).jobs(jobs);
    for text in ["dead", "waiting"] {
        Record { text: text.to_owned(), times: 1 }.enqueue(&db).await.unwrap();
    }
    let query =
        "UPDATE jobs SET status = 'dead', attempts = 5, last_error = '<script>' WHERE id = 1";
    sqlx::query(query).execute(db.write()).await.unwrap();
    (TestApp::new(app, PAGES), db)
}

async fn statuses(db: &Db) -> Vec<String> {
    let query = "SELECT status FROM jobs ORDER BY id";
    sqlx::query_scalar(query).fetch_all(db.read()).await.unwrap()
}

#[tokio::test]
async fn developers_see_the_jobs_on_a_page_without_script() {
    let (app, _) = app_with_a_dead_job(Environment::Development).await;
    let response = app.get("/_rally/jobs").await;
    assert_eq!(response.status(), 200);
    let html = response.text();
    assert!(html.contains("<h2>dead</h2>") && html.contains("<h2>pending</h2>"), "{html}");
    assert!(html.contains("it::jobs::Record") && html.contains("&lt;script&gt;"), "{html}");
    assert!(!html.contains("<script") && !html.contains("<style") && !html.contains("style=\""));
    assert!(response.header("content-security-policy").unwrap().contains("style-src 'self'"));
    let (_, rest) = html.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let style = app.get(rest.split_once('"').unwrap().0).await;
    assert_eq!((style.status().as_u16(), style.header("content-type")), (200, Some("text/css")));
}

#[tokio::test]
async fn a_dead_job_can_be_retried_on_the_page() {
    let (app, db) = app_with_a_dead_job(Environment::Development).await;
    for wrong in ["", "retry=x", "other=1", "retry=2"] {
        app.post("/_rally/jobs", wrong).await;
        assert_eq!(statuses(&db).await, ["dead", "pending"], "{wrong}");
    }
    let response = app.post_form("/_rally/jobs", &[("retry", "1")]).follow().await;
    assert!(response.status() == 200 && !response.text().contains("<h2>dead</h2>"));
    assert_eq!(statuses(&db).await, ["pending", "pending"]);
    sqlx::query("UPDATE jobs SET status = 'dead'").execute(db.write()).await.unwrap();
    app.post_form("/_rally/jobs", &[("retry", "all")]).await;
    assert_eq!(statuses(&db).await, ["pending", "pending"]);
}

#[tokio::test]
async fn another_site_cannot_retry_jobs() {
    let (app, db) = app_with_a_dead_job(Environment::Development).await;
    let form = app.post_form("/_rally/jobs", &[("retry", "all")]);
    let response = form.header("origin", "https://evil.example").await;
    assert_eq!(response.status(), 403);
    let form = app.post_form("/_rally/jobs", &[("retry", "all")]);
    let response = form.header("sec-fetch-site", "cross-site").await;
    assert_eq!(response.status(), 403);
    assert_eq!(statuses(&db).await, ["dead", "pending"]);
}

#[tokio::test]
async fn the_page_of_jobs_is_not_found_in_production() {
    let (app, db) = app_with_a_dead_job(Environment::Production).await;
    for path in ["/_rally/jobs", "/_rally/jobs/style.css"] {
        assert_eq!(app.get(path).await.status(), 404);
    }
    let response = app.post_form("/_rally/jobs", &[("retry", "all")]).await;
    assert_eq!(response.status(), 405);
    assert_eq!(statuses(&db).await, ["dead", "pending"]);
}

/// A deployed app may have no `APP_ENV`.
#[tokio::test]
async fn the_page_of_jobs_is_not_found_without_the_dev_server() {
    if std::env::var_os("RALLY_DEV").is_some() {
        run_with_variables(
            "jobs::the_page_of_jobs_is_not_found_without_the_dev_server",
            &[("RALLY_DEV", None)],
        );
        return;
    }
    let dist = tempfile::tempdir().unwrap();
    std::fs::write(dist.path().join("index.html"), "<div id=\"app\"></div>").unwrap();
    let db = DbOptions::in_memory().open().await.unwrap();
    let jobs = Jobs::open(&db).await.unwrap();
    let app = crate::app::app(Arc::new(State::default())).jobs(jobs).dist(dist.path());
    let router = app.into_router(PAGES).unwrap();
    let request = axum::http::Request::get("/_rally/jobs").body(axum::body::Body::empty());
    let response = tower::ServiceExt::oneshot(router, request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 404);
}

#[tokio::test]
async fn the_page_of_jobs_is_not_found_in_an_app_without_jobs() {
    let app = TestApp::new(crate::app::app(Arc::new(State::default())), PAGES);
    assert_eq!(app.get("/_rally/jobs").await.status(), 404);
    assert_eq!(app.get("/_rally/jobsite").await.status(), 404);
}

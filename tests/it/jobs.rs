//! Jobs of an app: enqueued by a call, run when the test says so.

use std::sync::Arc;
use std::time::Duration;

use rally::Environment;
use rally::db::{Db, DbOptions};
use rally::jobs::{Jobs, Ran};
use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::{Cx, PAGES, State, run_with_variables};
use crate::auth::accounts::Account;

/// Tells what it is told, `times` times: each enqueues the next.
#[derive(Clone, Wire)]
struct Tell {
    text: String,
    times: u8,
}

#[job]
async fn tell(msg: Tell, cx: &Cx) -> Result<()> {
    let state = cx.state();
    state.told.lock().unwrap().push(msg.text.clone());
    if msg.text == "fail" {
        return Err(std::fmt::Error.into());
    }
    if msg.times > 1 {
        Tell { times: msg.times - 1, ..msg }.enqueue(state.db()).await?;
    }
    Ok(())
}

/// Says who it works for.
#[derive(Wire)]
struct TellWho;

#[job]
async fn tell_who(_: TellWho, cx: &Cx) -> Result<()> {
    let who = cx.identity().map(|account: &Account| account.name.clone());
    let text = format!("{who:?} of {:?} at {:?}", cx.state().tenant, cx.hostname());
    cx.state().told.lock().unwrap().push(text);
    Ok(())
}

/// Asks for a job, and for an error after it was enqueued.
#[derive(Wire)]
struct Order {
    text: String,
    fails: bool,
}

#[server(public)]
async fn order(msg: Order, cx: &Cx) -> Result<()> {
    let mut tx = cx.state().db().begin().await?;
    Tell { text: msg.text, times: 1 }.enqueue(&mut tx).await?;
    if msg.fails {
        return Err(std::fmt::Error.into());
    }
    tx.commit().await?;
    Ok(())
}

/// An app with a database of its own, whose clock is the test's.
async fn app(tell: impl FnOnce(Jobs) -> Jobs) -> (TestApp, Arc<State>, Db) {
    let db = DbOptions::in_memory().paused_clock().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = tell(Jobs::open(&db).await.unwrap());
    (TestApp::new(crate::app::app(state.clone()).jobs(jobs), PAGES), state, db)
}

fn told(state: &State) -> Vec<String> {
    std::mem::take(&mut state.told.lock().unwrap())
}

fn ran(completed: usize, failed: usize, dead: usize) -> Ran {
    Ran { completed, failed, dead }
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_call_enqueues_runs_when_the_test_says_so() {
    let (app, state, _) = app(|jobs| jobs).await;
    app.call(Order { text: "tea".to_owned(), fails: false }).await.unwrap();
    assert!(told(&state).is_empty());
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(told(&state), ["tea"]);
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_leaves_no_job() {
    let (app, state, db) = app(|jobs| jobs).await;
    app.call(Order { text: "tea".to_owned(), fails: true }).await.unwrap_err();
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    assert!(told(&state).is_empty());
    let query = "SELECT count(*) FROM jobs";
    let jobs: i64 = sqlx::query_scalar(query).fetch_one(db.read()).await.unwrap();
    assert_eq!(jobs, 0);
}

#[tokio::test(start_paused = true)]
async fn jobs_that_jobs_enqueue_run_too() {
    let (app, state, db) = app(|jobs| jobs).await;
    Tell { text: "again".to_owned(), times: 25 }.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(25, 0, 0));
    assert_eq!(told(&state).len(), 25);
}

#[tokio::test(start_paused = true)]
async fn jobs_run_in_their_turn() {
    let (app, state, db) = app(|jobs| jobs.concurrency(1)).await;
    let tell = |text: &str| Tell { text: text.to_owned(), times: 1 };
    let day = Duration::from_secs(24 * 60 * 60);
    let tomorrow = tell("tomorrow").enqueue_in(day, &db).await.unwrap();
    let now = tell("now").enqueue(&db).await.unwrap();
    let first = tell("first").enqueue_now(&db).await.unwrap();
    assert!(tomorrow < now && now < first && first.to_string() == first.get().to_string());
    assert_eq!(app.run_jobs().await, ran(2, 0, 0));
    assert_eq!(told(&state), ["first", "now"]);
    pass(24 * 60 * 60 - 1).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    pass(1).await;
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(told(&state), ["tomorrow"]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails_is_tried_five_times() {
    let (app, state, db) = app(|jobs| jobs).await;
    Tell { text: "fail".to_owned(), times: 1 }.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(0, 1, 0));
    for (wait, expected) in
        [(5, ran(0, 1, 0)), (20, ran(0, 1, 0)), (45, ran(0, 1, 0)), (80, ran(0, 0, 1))]
    {
        pass(wait - 1).await;
        assert_eq!(app.run_jobs().await, ran(0, 0, 0));
        pass(1).await;
        assert_eq!(app.run_jobs().await, expected);
    }
    pass(100_000).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    assert_eq!(told(&state).len(), 5);
}

#[tokio::test]
async fn another_time_can_be_given() {
    let db = DbOptions::in_memory().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = Jobs::open(&db).await.unwrap();
    let app = TestApp::new(crate::app::app(state.clone()).jobs(jobs), PAGES);
    let hour = Duration::from_secs(3600);
    Tell { text: "tea".to_owned(), times: 1 }.enqueue_in(hour, &db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    let now = db.now().duration_since(std::time::UNIX_EPOCH).unwrap() + hour;
    assert_eq!(app.run_jobs_at(now.as_secs().cast_signed() + 60).await, ran(1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_job_works_for_nobody_with_the_apps_own_state() {
    let (app, state, db) = app(|jobs| jobs).await;
    TellWho.enqueue(&db).await.unwrap();
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
    assert_eq!(told(&state), ["None of \"\" at \"\""]);
}

#[tokio::test(start_paused = true)]
async fn a_schedule_runs_when_its_time_has_come() {
    let monthly = Tell { text: "monthly".to_owned(), times: 1 };
    let (app, state, _) = app(|jobs| jobs.schedule("monthly", "0 0 1 * *", monthly)).await;
    assert_eq!(app.run_jobs().await, ran(0, 0, 0));
    let mut days = 0;
    let mut next = async || {
        let before = days;
        while app.run_jobs().await == ran(0, 0, 0) {
            pass(24 * 60 * 60).await;
            days += 1;
        }
        days - before
    };
    next().await;
    for _ in 0..14 {
        let days = next().await;
        assert!((28..=31).contains(&days), "{days}");
    }
    assert_eq!(told(&state).len(), 15);
    // What is missed is made up for with one.
    pass(400 * 24 * 60 * 60).await;
    assert_eq!(app.run_jobs().await, ran(1, 0, 0));
}

#[tokio::test]
#[should_panic(expected = "the app runs no jobs: write `App::new(..).jobs(")]
async fn an_app_without_jobs_says_so() {
    let app = crate::app::app(Arc::new(State::default()));
    TestApp::new(app, PAGES).run_jobs().await;
}

/// An app with a dead job that says something dangerous, and one that waits.
async fn app_with_a_dead_job(environment: Environment) -> (TestApp, Db) {
    let db = DbOptions::in_memory().open().await.unwrap();
    let state = Arc::new(State { db: Some(db.clone()), ..State::default() });
    let jobs = Jobs::open(&db).await.unwrap();
    let app = crate::app::app(state).environment(environment).jobs(jobs);
    for text in ["dead", "waiting"] {
        Tell { text: text.to_owned(), times: 1 }.enqueue(&db).await.unwrap();
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
    let answer = app.get("/_rally/jobs").await;
    assert_eq!(answer.status(), 200);
    let html = answer.text();
    assert!(html.contains("<h2>dead</h2>") && html.contains("<h2>pending</h2>"), "{html}");
    assert!(html.contains("it::jobs::Tell") && html.contains("&#60;script&#62;"), "{html}");
    assert!(!html.contains("<script") && !html.contains("<style") && !html.contains("style=\""));
    assert!(answer.header("content-security-policy").unwrap().contains("style-src 'self'"));
    let (_, rest) = html.split_once("<link rel=\"stylesheet\" href=\"").unwrap();
    let style = app.get(rest.split_once('"').unwrap().0).await;
    assert_eq!((style.status().as_u16(), style.header("content-type")), (200, Some("text/css")));
}

#[tokio::test]
async fn a_dead_job_is_tried_again_from_the_page() {
    let (app, db) = app_with_a_dead_job(Environment::Development).await;
    for wrong in ["", "retry=x", "other=1", "retry=2"] {
        app.post("/_rally/jobs", wrong).await;
        assert_eq!(statuses(&db).await, ["dead", "pending"], "{wrong}");
    }
    let answer = app.post_form("/_rally/jobs", &[("retry", "1")]).follow().await;
    assert!(answer.status() == 200 && !answer.text().contains("<h2>dead</h2>"));
    assert_eq!(statuses(&db).await, ["pending", "pending"]);
    sqlx::query("UPDATE jobs SET status = 'dead'").execute(db.write()).await.unwrap();
    app.post_form("/_rally/jobs", &[("retry", "all")]).await;
    assert_eq!(statuses(&db).await, ["pending", "pending"]);
}

#[tokio::test]
async fn another_site_tries_nothing_again() {
    let (app, db) = app_with_a_dead_job(Environment::Development).await;
    let form = app.post_form("/_rally/jobs", &[("retry", "all")]);
    let answer = form.header("origin", "https://evil.example").await;
    assert_eq!(answer.status(), 403);
    let form = app.post_form("/_rally/jobs", &[("retry", "all")]);
    let answer = form.header("sec-fetch-site", "cross-site").await;
    assert_eq!(answer.status(), 403);
    assert_eq!(statuses(&db).await, ["dead", "pending"]);
}

#[tokio::test]
async fn in_production_there_is_no_such_page() {
    let (app, db) = app_with_a_dead_job(Environment::Production).await;
    for path in ["/_rally/jobs", "/_rally/jobs/style.css"] {
        assert_eq!(app.get(path).await.status(), 404);
    }
    let answer = app.post_form("/_rally/jobs", &[("retry", "all")]).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(statuses(&db).await, ["dead", "pending"]);
}

/// It may be deployed without a word about where it runs.
#[tokio::test]
async fn where_developers_do_not_serve_it_there_is_no_such_page() {
    if std::env::var_os("RALLY_DEV").is_some() {
        run_with_variables(
            "jobs::where_developers_do_not_serve_it_there_is_no_such_page",
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
    let answer = tower::ServiceExt::oneshot(router, request.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn an_app_without_jobs_has_no_such_page() {
    let app = TestApp::new(crate::app::app(Arc::new(State::default())), PAGES);
    assert_eq!(app.get("/_rally/jobs").await.status(), 404);
    assert_eq!(app.get("/_rally/jobsite").await.status(), 404);
}

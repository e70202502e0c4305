//! The public `TestApp`.

use std::sync::Arc;
use std::time::Duration;

use rally::prelude::*;
use rally::testing::TestApp;
use rally::{Client, Environment, Limits, Never};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::note::Note;
use crate::app::plain::Plain;
use crate::app::{Echo, Fail, Invalid, PAGES, State, Wait, run_with_variables};

fn app() -> (TestApp, Arc<State>) {
    let state = Arc::new(State::default());
    (TestApp::new(crate::app::app(state.clone()), PAGES), state)
}

#[tokio::test]
async fn html_has_no_hydration_marks_and_no_flags() {
    let response = app().0.get("/notes/1?tone=7").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(response.text().contains("rally-flags"));
    let html = response.html();
    assert!(html.contains("<div id=\"app\"><p title=\"tone 7\">tone 7</p></div>"), "{html}");
}

#[tokio::test]
async fn the_settings_of_a_client_take_precedence() {
    let dist = tempfile::tempdir().unwrap();
    let shell = "<body><p>its own</p><div id=\"app\"></div></body>";
    std::fs::write(dist.path().join("index.html"), shell).unwrap();
    let app = || crate::app::app(Arc::default());
    let client = Client::new(PAGES).dist(dist.path()).content_security_policy(None);
    let response = TestApp::new(app(), [client]).get("/plain").await;
    assert!(response.html().contains("<p>its own</p>"), "{}", response.html());
    assert_eq!(response.header("content-security-policy"), None);
    let response = TestApp::new(app(), [Client::new(PAGES)]).get("/plain").await;
    assert!(!response.html().contains("its own") && response.html().contains("<p>/plain</p>"));
    assert!(response.header("content-security-policy").is_some());
}

#[tokio::test]
async fn a_redirect_is_returned_and_followed_on_request() {
    let (app, _) = app();
    let response = app.get("/notes/3").await;
    assert_eq!((response.status().as_u16(), response.location()), (303, Some("/notes/1?tone=7")));
    let response = app.get("/notes/3").follow().await;
    assert!(response.html().contains("tone 7"));
    let response = app.get("/plain/").follow().await;
    assert!(response.html().contains("<p>/plain</p>"));
}

#[tokio::test]
async fn a_call_has_the_same_reply_over_http_and_on_a_socket() {
    let (app, _) = app();
    assert_eq!(app.call(Echo("a".to_owned())).await, Ok("a".to_owned()));
    assert_eq!(app.call(Echo("a".to_owned())).response().await.status(), 200);
    let mut socket = app.socket().await;
    assert_eq!(socket.call(Echo("b".to_owned())).await, Ok("b".to_owned()));
    let invalid = || Failure::App(Invalid { field: "name".to_owned() });
    assert_eq!(app.call(Fail(0)).await, Err(invalid()));
    assert_eq!(socket.call(Fail(0)).await, Err(invalid()));
    assert!(matches!(socket.call(Fail(1)).await, Err(Failure::Internal { .. })));
}

#[tokio::test]
async fn replies_are_matched_to_their_calls() {
    let (app, state) = app();
    let mut socket = app.socket().await;
    let waiting = socket.begin(Wait).await;
    let echoing = socket.begin(Echo("a".to_owned())).await;
    assert_eq!(socket.reply::<Echo>(echoing).await, Ok("a".to_owned()));
    state.resume.notify_one();
    assert_eq!(socket.reply::<Wait>(waiting).await, Ok::<_, Failure<Never>>(()));
}

#[tokio::test]
async fn a_page_is_loaded_and_shown_on_a_socket() {
    let (app, _) = app();
    let mut socket = app.socket().await;
    assert_eq!(socket.load_page(Note { id: 1, tone: 3 }).await.unwrap(), "tone 3");
    assert_eq!(socket.load_page(Note { id: 4, tone: 0 }).await.unwrap_err().code(), "denied");
    socket.load_page(Plain).await.unwrap();
    socket.show_page(Plain).await.unwrap();
}

#[tokio::test]
async fn a_refused_handshake_returns_the_response() {
    let (app, _) = app();
    let refused = app.socket().header("origin", "https://evil.example").open().await;
    assert_eq!(refused.err().unwrap().status(), 403);
}

/// The paused clock advances at once by the 90 seconds after which a socket is
/// closed.
#[tokio::test(start_paused = true)]
async fn a_paused_clock_advances_at_once() {
    let (app, _) = app();
    let mut socket = app.socket().await;
    let started = tokio::time::Instant::now();
    assert_eq!(socket.closed().await, Some((1001, "idle".to_owned())));
    assert_eq!(started.elapsed().as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_can_use_a_raw_connection() {
    let limits = Limits { header: Duration::from_secs(7), ..Limits::default() };
    let app = crate::app::app(Arc::new(State::default())).limits(limits);
    let mut connection = TestApp::new(app, PAGES).connect();
    connection.write_all(b"GET / HTTP/1.1\r\nhost: x").await.unwrap();
    let started = tokio::time::Instant::now();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 7);
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_the_socket_with_a_reason() {
    let (app, _) = app();
    let mut socket = app.socket().await;
    socket.send(vec![0; (1 << 20) + 1]).await;
    let (code, _) = socket.closed().await.unwrap();
    assert_eq!(code, 1009);
}

#[tokio::test]
async fn a_native_client_has_no_cookies_and_no_origin() {
    let (app, state) = app();
    let client = app.native_client();
    assert_eq!(client.get("/plain").await.cookies().len(), 1, "the server sets a session");
    assert_eq!(client.cookie("rally_session"), None);
    // A browser sends the origin `http://localhost`, which is not that of this
    // host.
    let status = async |app: &TestApp| {
        let call = app.call(Echo("a".to_owned())).header("host", "app.example");
        call.response().await.status().as_u16()
    };
    assert_eq!((status(&app).await, status(&client).await), (403, 200));
    assert!(client.socket().header("host", "app.example").open().await.is_ok());
    let mut socket = client.with_header("authorization", "Bearer abc").socket().await;
    assert_eq!(socket.call(Echo("b".to_owned())).await, Ok("b".to_owned()));
    assert!(state.accounts.log().contains("resolve"), "the token was not looked up");
}

#[tokio::test]
async fn a_test_can_provide_the_files_of_dist() {
    let files: &[(&str, &[u8])] =
        &[("index.html", b"<body>own<div id=\"app\"></div></body>"), ("a.txt", b"text")];
    let app = TestApp::with_dist(crate::app::app(Arc::default()), PAGES, files);
    assert_eq!(app.get("/a.txt").await.text(), "text");
    assert!(app.get("/plain").await.html().contains("own<div"));
    let app = TestApp::with_dist(crate::app::app(Arc::default()), PAGES, &files[1..]);
    assert!(app.get("/plain").await.html().contains("<p>/plain</p>"), "a minimal index.html");
}

#[tokio::test]
async fn a_test_app_is_in_development_whatever_the_variables_say() {
    if std::env::var("APP_ENV").as_deref() != Ok("production") {
        run_with_variables(
            "testing::a_test_app_is_in_development_whatever_the_variables_say",
            &[("APP_ENV", Some("production")), ("RALLY_DEV", Some("http://127.0.0.1:1"))],
        );
        return;
    }
    let (app, _) = app();
    let response = app.get("/plain").await;
    assert!(!response.cookies()[0].contains("Secure"), "{response:?}");
    assert_eq!(response.header("strict-transport-security"), None);
    assert!(!response.text().contains("127.0.0.1:1"), "{response:?}");
    let app = crate::app::configured(|app| app.environment(Environment::Production));
    assert!(app.get("/plain").await.cookies()[0].contains("Secure"));
}

#[test]
fn an_error_at_boot_is_returned() {
    let error = TestApp::try_new(App::new(()), PAGES).err().unwrap().to_string();
    assert!(error.starts_with("the handler of"), "{error}");
}

#[test]
#[should_panic(expected = "the app does not boot: the handler of")]
fn an_app_that_does_not_boot_panics_with_the_error() {
    TestApp::new(App::new(()), PAGES);
}

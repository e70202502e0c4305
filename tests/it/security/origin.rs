//! Which pages may ask: `Origin`, `Sec-Fetch-Site`, and the origins an app lists.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::Failure;
use rally::testing::TestApp as Browser;
use rally_core::frame::{Refusal, ServerFrame};
use tokio_tungstenite::tungstenite::Error;

use crate::app::{Answer, Echo, State, TestApp, frame};
use crate::auth::accounts::from_session;
use crate::auth::site::{self, Pay, SignIn};

const TAURI: &str = "tauri://localhost";
const HOST: (&str, &str) = ("host", "app.example");
const HERE: (&str, &str) = ("origin", "https://app.example");
const LISTED: (&str, &str) = ("origin", TAURI);
const EVIL: (&str, &str) = ("origin", "https://evil.example");

fn site(value: &str) -> (&str, &str) {
    ("sec-fetch-site", value)
}

/// An app that lets the pages of Tauri in.
fn listing() -> TestApp {
    TestApp::told(|app| app.allow_origin(TAURI))
}

/// Calls with these headers.
async fn call(app: &TestApp, headers: &[(&str, &str)]) -> Answer {
    let headers = [&[HOST], headers].concat();
    let body = frame(1, &Echo("hello".to_owned()));
    app.send("POST", "/rpc", &headers, body.into()).await
}

/// Asks before a call, as browsers do for a page of another origin.
async fn preflight(app: &TestApp, origin: (&str, &str)) -> Answer {
    let method = ("access-control-request-method", "POST");
    let names = ("access-control-request-headers", "authorization,content-type");
    app.ask("OPTIONS", "/rpc", &[HOST, origin, site("cross-site"), method, names]).await
}

#[track_caller]
fn assert_denied(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let denied = ServerFrame::Refused { id: 0, refusal: Refusal::Denied };
    assert_eq!(ServerFrame::read(&answer.bytes), Ok(denied));
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_page_of_this_origin_and_what_is_no_browser_may_call() {
    let app = TestApp::new();
    for headers in [
        &[][..],
        &[HERE],
        &[HERE, site("same-origin")],
        &[HERE, site("none")],
        &[site("same-origin")],
        &[site("none")],
    ] {
        assert_eq!(call(&app, headers).await.status, StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_call_whatever_it_says() {
    for app in [TestApp::new(), listing()] {
        for headers in [
            &[EVIL][..],
            &[EVIL, site("same-origin")],
            &[EVIL, site("none")],
            &[("origin", "null")],
            &[("origin", "https://app.example.evil.example")],
            &[("origin", "https://app.example:444")],
            &[HERE, EVIL],
        ] {
            assert_denied(&call(&app, headers).await);
        }
    }
}

#[tokio::test]
async fn another_site_may_not_call_whatever_origin_it_says() {
    for app in [TestApp::new(), listing()] {
        for value in ["cross-site", "same-site", "anything"] {
            assert_denied(&call(&app, &[site(value)]).await);
            assert_denied(&call(&app, &[HERE, site(value)]).await);
        }
    }
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let app = listing();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for headers in [&[EVIL][..], &[LISTED], &[HERE, site("cross-site")], &[site("same-site")]] {
        let headers = [&[HOST, form], headers].concat();
        let answer = app.send("POST", "/notes/1?/save", &headers, "a=b".into()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.body.contains("<h1>403</h1>"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_link_of_another_site_is_followed() {
    let answer = TestApp::new().ask("GET", "/notes/1", &[site("cross-site")]).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_socket() {
    let app = TestApp::new();
    let here = ("origin", "http://{address}");
    for headers in [&[here][..], &[here, site("same-origin")], &[site("none")], &[]] {
        assert!(app.socket_with(headers).await.is_ok(), "{headers:?}");
    }
    for headers in [
        &[EVIL][..],
        &[EVIL, site("same-origin")],
        &[LISTED],
        &[here, site("cross-site")],
        &[here, site("same-site")],
        &[site("cross-site")],
    ] {
        match app.socket_with(headers).await.err() {
            Some(Error::Http(answer)) => assert_eq!(answer.status(), StatusCode::FORBIDDEN),
            other => panic!("{headers:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_listed_origin_opens_a_socket_and_another_does_not() {
    let app = listing();
    assert!(app.socket_with(&[LISTED, site("cross-site")]).await.is_ok());
    assert!(app.socket_with(&[EVIL]).await.is_err());
    assert!(app.socket_with(&[("origin", "tauri://localhost.evil.example")]).await.is_err());
}

#[tokio::test]
async fn a_listed_origin_calls_and_reads_the_answer() {
    let answer = call(&listing(), &[LISTED, site("cross-site")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headers["access-control-allow-origin"], TAURI);
    assert_eq!(answer.headers["vary"], "origin");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_listed_origin_reads_refusals_too() {
    let app = listing();
    let answer = app.send("POST", "/rpc", &[HOST, LISTED], "nonsense".into()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.headers["access-control-allow-origin"], TAURI);
}

#[tokio::test]
async fn a_browser_is_told_what_a_listed_origin_may_send() {
    let answer = preflight(&listing(), LISTED).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.headers["access-control-allow-origin"], TAURI);
    assert_eq!(answer.headers["access-control-allow-methods"], "POST");
    assert_eq!(answer.headers["access-control-allow-headers"], "authorization, content-type");
    assert_eq!(answer.headers["vary"], "origin");
    assert!(!answer.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_browser_is_told_nothing_for_other_origins() {
    for (app, origin) in [(listing(), EVIL), (TestApp::new(), LISTED), (listing(), ("origin", "*"))]
    {
        let answer = preflight(&app, origin).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    }
}

#[tokio::test]
async fn caches_keep_the_answers_to_each_origin_apart() {
    assert_eq!(call(&listing(), &[HERE]).await.headers["vary"], "origin");
    assert_eq!(call(&listing(), &[EVIL]).await.headers["vary"], "origin");
    assert!(!call(&TestApp::new(), &[HERE]).await.headers.contains_key("vary"));
}

#[tokio::test]
async fn pages_and_files_are_for_nobody_elses_scripts() {
    let answer = listing().ask("GET", "/notes/1", &[HOST, LISTED]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}

#[test]
fn what_is_no_origin_is_told_at_boot() {
    for origin in ["https://shop.example/", "*", "shop.example", "null", "https://a.example:443"] {
        let app = TestApp::new();
        let error = app.start_with(|app| app.allow_origin(origin)).unwrap_err().to_string();
        assert!(error.contains(origin) && error.contains("tauri://localhost"), "{error}");
    }
}

#[test]
fn allow_origin_can_be_called_again() {
    let many =
        |app: crate::app::TheApp| app.allow_origin(TAURI).allow_origin("http://tauri.localhost");
    assert!(TestApp::new().start_with(many).is_ok());
}

/// A page of a listed origin may be of the same site, whose cookies browsers send.
#[tokio::test]
async fn the_cookies_of_a_listed_origin_do_not_say_who_it_is() {
    let state = State::default();
    let ledger = state.accounts.clone();
    let app = crate::app::app(Arc::new(state)).from_session(from_session).allow_origin(TAURI);
    let app = Browser::new(app, site::PAGES);
    app.call(SignIn("ann".to_owned())).await.unwrap();
    assert_eq!(app.call(Pay(1)).await, Ok("ann".to_owned()));
    let site = ("sec-fetch-site", "same-site");
    let call = || app.call(Pay(1)).header(LISTED.0, LISTED.1).header(site.0, site.1);
    assert_eq!(call().await, Err(Failure::SignedOut));
    let mut socket = app.socket().header(LISTED.0, LISTED.1).header(site.0, site.1).await;
    assert_eq!(socket.call(Pay(1)).await, Err(Failure::SignedOut));
    // A token does.
    ledger.knows("Bearer abc", "bob");
    assert_eq!(call().header("authorization", "Bearer abc").await, Ok("bob".to_owned()));
}

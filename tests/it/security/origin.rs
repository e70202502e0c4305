//! Origins that may call and open sockets: `Origin`, `Sec-Fetch-Site`, and the
//! origins that an app lists.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::Failure;
use rally::testing::{Response, Socket, TestApp};
use rally_core::frame::{Refusal, ServerFrame};

use crate::app::{self, Echo, State, TheApp, configured, frame, request};
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

/// A client of an app that lists no origin. It sends only the headers of the
/// test.
fn plain() -> TestApp {
    app::test_app().native_client()
}

/// A client of an app that lists the origin of Tauri.
fn listing() -> TestApp {
    configured(|app| app.allow_origin(TAURI)).native_client()
}

async fn call(app: &TestApp, headers: &[(&str, &str)]) -> Response {
    let headers = [&[HOST], headers].concat();
    let body = frame(1, &Echo("hello".to_owned()));
    app.request(request("POST", "/rpc", &headers, body)).await
}

async fn open(app: &TestApp, headers: &[(&str, &str)]) -> Result<Socket, Response> {
    let socket = app.socket().header(HOST.0, HOST.1);
    headers.iter().fold(socket, |socket, (name, value)| socket.header(name, value)).open().await
}

/// Sends the preflight request that a browser sends for a page of another
/// origin.
async fn preflight(app: &TestApp, origin: (&str, &str)) -> Response {
    let method = ("access-control-request-method", "POST");
    let names = ("access-control-request-headers", "authorization,content-type");
    let headers = [HOST, origin, site("cross-site"), method, names];
    app.request(request("OPTIONS", "/rpc", &headers, "")).await
}

#[track_caller]
fn assert_denied(response: &Response) {
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let denied = ServerFrame::Refused { id: 0, refusal: Refusal::Denied };
    assert_eq!(ServerFrame::read(response.bytes()), Ok(denied));
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn pages_of_this_origin_and_native_clients_may_call() {
    let app = plain();
    for headers in [
        &[][..],
        &[HERE],
        &[HERE, site("same-origin")],
        &[HERE, site("none")],
        &[site("same-origin")],
        &[site("none")],
    ] {
        assert_eq!(call(&app, headers).await.status(), StatusCode::OK, "{headers:?}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_call_with_any_sec_fetch_site() {
    for app in [plain(), listing()] {
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
async fn another_site_may_not_call_with_any_origin() {
    for app in [plain(), listing()] {
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
        let response = app.request(request("POST", "/notes/1?/save", &headers, "a=b")).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
        assert!(response.text().contains("<h1>403</h1>"), "{}", response.text());
    }
}

#[tokio::test]
async fn a_link_on_another_site_shows_the_page() {
    let response = plain().get("/notes/1").header("sec-fetch-site", "cross-site").await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_site_may_not_open_a_socket() {
    let app = plain();
    for headers in [&[HERE][..], &[HERE, site("same-origin")], &[site("none")], &[]] {
        assert!(open(&app, headers).await.is_ok(), "{headers:?}");
    }
    let with_port = ("host", "app.example:8443");
    let here = ("origin", "https://app.example:8443");
    assert!(open(&app, &[with_port, here]).await.is_ok());
    assert!(open(&app, &[with_port, HERE]).await.is_err());
    for headers in [
        &[EVIL][..],
        &[EVIL, site("same-origin")],
        &[LISTED],
        &[HERE, site("cross-site")],
        &[HERE, site("same-site")],
        &[site("cross-site")],
    ] {
        let response = open(&app, headers).await.err();
        assert_eq!(response.map(|it| it.status()), Some(StatusCode::FORBIDDEN), "{headers:?}");
    }
}

#[tokio::test]
async fn only_a_listed_origin_may_open_a_socket() {
    let app = listing();
    assert!(open(&app, &[LISTED, site("cross-site")]).await.is_ok());
    assert!(open(&app, &[EVIL]).await.is_err());
    assert!(open(&app, &[("origin", "tauri://localhost.evil.example")]).await.is_err());
}

#[tokio::test]
async fn a_listed_origin_may_call_and_read_the_response() {
    let response = call(&listing(), &[LISTED, site("cross-site")]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["access-control-allow-origin"], TAURI);
    assert_eq!(response.headers()["vary"], "origin");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn a_listed_origin_may_read_refusals() {
    let app = listing();
    let response = app.request(request("POST", "/rpc", &[HOST, LISTED], "nonsense")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["access-control-allow-origin"], TAURI);
}

#[tokio::test]
async fn the_preflight_of_a_listed_origin_is_allowed() {
    let response = preflight(&listing(), LISTED).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert_eq!(response.headers()["access-control-allow-origin"], TAURI);
    assert_eq!(response.headers()["access-control-allow-methods"], "POST");
    assert_eq!(response.headers()["access-control-allow-headers"], "authorization, content-type");
    assert_eq!(response.headers()["vary"], "origin");
    assert!(!response.headers().contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn the_preflight_of_another_origin_is_refused() {
    for (app, origin) in [(listing(), EVIL), (plain(), LISTED), (listing(), ("origin", "*"))] {
        let response = preflight(&app, origin).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert!(response.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
    }
}

#[tokio::test]
async fn responses_vary_by_origin_if_origins_are_listed() {
    assert_eq!(call(&listing(), &[HERE]).await.headers()["vary"], "origin");
    assert_eq!(call(&listing(), &[EVIL]).await.headers()["vary"], "origin");
    assert!(!call(&plain(), &[HERE]).await.headers().contains_key("vary"));
}

#[tokio::test]
async fn a_listed_origin_may_not_read_pages() {
    let response = listing().request(request("GET", "/notes/1", &[HOST, LISTED], "")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[test]
fn an_invalid_origin_is_an_error_at_boot() {
    for origin in ["https://shop.example/", "*", "shop.example", "null", "https://a.example:443"] {
        let app = app::app(Arc::default()).allow_origin(origin);
        let error = TestApp::try_new(app, app::PAGES).err().unwrap().to_string();
        assert!(error.contains(origin) && error.contains("tauri://localhost"), "{error}");
    }
}

#[test]
fn allow_origin_can_be_called_twice() {
    configured(|app: TheApp| app.allow_origin(TAURI).allow_origin("http://tauri.localhost"));
}

/// A page of a listed origin may be same-site, so that browsers send cookies.
#[tokio::test]
async fn the_cookies_of_a_listed_origin_do_not_authenticate() {
    let state = State::default();
    let ledger = state.accounts.clone();
    let app = app::app(Arc::new(state)).from_session(from_session).allow_origin(TAURI);
    let app = TestApp::new(app, site::PAGES);
    app.call(SignIn("ann".to_owned())).await.unwrap();
    assert_eq!(app.call(Pay(1)).await, Ok("ann".to_owned()));
    let site = ("sec-fetch-site", "same-site");
    let call = || app.call(Pay(1)).header(LISTED.0, LISTED.1).header(site.0, site.1);
    assert_eq!(call().await, Err(Failure::SignedOut));
    let mut socket = app.socket().header(LISTED.0, LISTED.1).header(site.0, site.1).await;
    assert_eq!(socket.call(Pay(1)).await, Err(Failure::SignedOut));
    // A token authenticates the call.
    ledger.add("Bearer abc", "bob");
    assert_eq!(call().header("authorization", "Bearer abc").await, Ok("bob".to_owned()));
}

//! Sessions: one for each browser.

use std::sync::Arc;

use rally::Environment;
use rally::prelude::*;
use rally::testing::TestApp;

use crate::app::State;
use crate::auth::site::{PAGES, Pay, SignIn, SignOut, Who, open, signed_in, site};

const PLANTED: &str = "00112233445566778899aabbccddeeff";

fn session(app: &TestApp) -> Option<String> {
    app.cookie("rally_session")
}

#[tokio::test]
async fn a_document_sets_a_session_for_a_browser_without_one() {
    let (app, _) = site();
    let response = app.get("/open").await;
    let id = session(&app).unwrap();
    assert_eq!(response.cookies(), [format!("rally_session={id}; Path=/; HttpOnly; SameSite=Lax")]);
    assert!(id.len() == 32 && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{id}");
    // The second document keeps it.
    assert!(app.get("/open").await.cookies().is_empty());
    assert_eq!(session(&app), Some(id.clone()));
    assert_ne!(session(&another_session(&app).await), Some(id));
}

async fn another_session(app: &TestApp) -> TestApp {
    let app = app.another_browser();
    app.get("/open").await;
    app
}

#[tokio::test]
async fn in_production_the_session_cookie_is_secure() {
    let app = crate::app::app(Arc::new(State::default())).environment(Environment::Production);
    let app = TestApp::new(app, PAGES);
    let cookies = app.get("/open").await.cookies();
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookies:?}");
    let cookies = app.call(SignIn("ann".to_owned())).response().await.cookies();
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookies:?}");
}

#[tokio::test]
async fn a_response_that_is_not_a_page_sets_no_session() {
    let (app, _) = site();
    for path in ["/nowhere", "/orders", "/draft", "/open/"] {
        assert!(app.get(path).await.cookies().is_empty(), "{path}");
    }
    assert!(app.call(Who).response().await.cookies().is_empty());
}

#[tokio::test]
async fn an_invalid_session_cookie_is_replaced() {
    for value in
        ["", "x", "' or 1=1", &PLANTED[1..], &PLANTED.to_uppercase(), &format!("{PLANTED}0")]
    {
        let (app, ledger) = site();
        ledger.add(value, "ann");
        app.set_cookie("rally_session", value);
        assert_eq!(app.call(Pay(1)).await, Err(Failure::SignedOut), "{value}");
        assert_eq!(app.get("/orders").await.status(), 303);
        assert_eq!(app.get("/open").await.cookies().len(), 1, "{value}");
        assert_ne!(session(&app).as_deref(), Some(value));
    }
}

/// Another host of the same domain can set a second cookie.
#[tokio::test]
async fn two_different_session_cookies_are_both_ignored() {
    let (app, ledger) = signed_in("ann").await;
    ledger.add(PLANTED, "mallory");
    let both = format!("rally_session={PLANTED}; rally_session={}", session(&app).unwrap());
    let response = app.call(Who).header("cookie", &both).await.unwrap();
    assert_eq!(response.name, "nobody");
    let mut socket = app.socket().header("cookie", &both).await;
    assert_eq!(socket.call(Pay(1)).await, Err(Failure::SignedOut));
}

#[tokio::test]
async fn an_unknown_session_is_anonymous() {
    let (app, _) = signed_in("ann").await;
    let stranger = app.another_browser();
    stranger.set_cookie("rally_session", PLANTED);
    assert_eq!(stranger.call(Pay(1)).await, Err(Failure::SignedOut));
    assert_eq!(stranger.call(Who).await.unwrap().session, PLANTED);
}

#[tokio::test]
async fn handlers_and_loaders_see_the_session_of_the_browser() {
    let (app, ledger) = site();
    app.get("/open").await;
    let id = session(&app).unwrap();
    assert_eq!(app.call(Who).await.unwrap().session, id);
    let mut socket = app.socket().await;
    assert_eq!(socket.call(Who).await.unwrap().session, id);
    ledger.add(&id, "ann");
    assert!(app.get("/orders").await.html().contains("for ann"));
}

#[tokio::test]
async fn two_tabs_share_one_session() {
    let (app, _) = signed_in("ann").await;
    let other_tab = app.clone();
    let (mut one, mut two) = (app.socket().await, other_tab.socket().await);
    let seen = one.call(Who).await.unwrap();
    assert_eq!(seen, two.call(Who).await.unwrap());
    assert_eq!(Some(seen.session), session(&other_tab));
}

#[tokio::test]
async fn a_planted_session_does_not_survive_the_sign_in() {
    let (app, ledger) = site();
    // The attacker knows this session and waits for the sign-in.
    app.set_cookie("rally_session", PLANTED);
    let thief = app.another_browser();
    thief.set_cookie("rally_session", PLANTED);
    let mut thiefs_socket = thief.socket().await;
    assert_eq!(thiefs_socket.call(Pay(1)).await, Err(Failure::SignedOut));

    let response = app.call(SignIn("ann".to_owned())).response().await;
    let id = session(&app).unwrap();
    assert_ne!(id, PLANTED);
    assert_eq!(response.cookies(), [format!("rally_session={id}; Path=/; HttpOnly; SameSite=Lax")]);
    assert_eq!(response.header("rally-session"), Some("changed"));

    assert_eq!(app.call(Pay(1)).await, Ok("ann".to_owned()));
    assert_eq!(thief.call(Pay(1)).await, Err(Failure::SignedOut));
    assert_eq!(thiefs_socket.call(Pay(1)).await, Err(Failure::SignedOut));
    assert_eq!(ledger.entries().violations, 0);
}

#[tokio::test]
async fn each_sign_in_creates_a_new_session() {
    let (app, _) = signed_in("ann").await;
    let first = session(&app).unwrap();
    let id = app.call(SignIn("ann".to_owned())).await.unwrap();
    assert_eq!(session(&app), Some(id.clone()));
    assert_ne!(first, id);
}

#[tokio::test]
async fn a_sign_out_removes_the_session() {
    let (app, _) = signed_in("ann").await;
    let response = app.call(SignOut).response().await;
    let removal = "rally_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    assert_eq!((response.cookies(), session(&app)), (vec![removal.to_owned()], None));
    assert_eq!(response.header("rally-session"), Some("changed"));
    assert_eq!(app.call(Pay(1)).await, Err(Failure::SignedOut));
    assert_eq!(app.get("/orders").await.status(), 303);
}

#[tokio::test]
async fn calls_without_sign_in_or_sign_out_do_not_report_a_session_change() {
    let (app, _) = signed_in("ann").await;
    assert_eq!(app.call(Who).response().await.header("rally-session"), None);
    assert_eq!(app.call(Pay(1)).response().await.header("rally-session"), None);
    assert_eq!(app.get("/open").await.header("rally-session"), None);
}

/// The server creates a session for the socket alone.
#[tokio::test]
async fn a_socket_without_a_cookie_is_anonymous() {
    let (app, _) = site();
    let mut socket = app.socket().await;
    let seen = socket.call(Who).await.unwrap();
    assert_eq!((&*seen.name, seen.session.len()), ("nobody", 32));
    assert_eq!(socket.call(Who).await.unwrap().session, seen.session);
    socket.load_page(open::Route { tab: 0 }).await.unwrap();
}

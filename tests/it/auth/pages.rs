//! Pages with access rules, requested as documents.

use rally::testing::{Response, TestApp};

use super::site::{signed_in, site};
use crate::auth::accounts::{SECRET, Service};

const PAGES: [&str; 6] = ["/open", "/orders", "/draft", "/vault", "/hidden", "/guarded"];

async fn status(app: &TestApp, path: &str) -> u16 {
    app.get(path).await.status().as_u16()
}

/// The status code of each page, in the order of `PAGES`.
async fn statuses(app: &TestApp) -> [u16; 6] {
    let mut found = [0; 6];
    for (found, path) in found.iter_mut().zip(PAGES) {
        *found = status(app, path).await;
    }
    found
}

#[tokio::test]
async fn a_guest_is_redirected_to_sign_in_with_the_url_to_return_to() {
    let (app, ledger) = site();
    let response = app.get("/orders?tab=7").await;
    assert_eq!(response.status(), 303);
    assert_eq!(response.location(), Some("/sign-in?return_to=/orders?tab=7"));
    assert!(response.bytes().is_empty() && response.cookies().is_empty());
    assert_eq!(ledger.log(), "resolve");
}

#[tokio::test]
async fn a_page_is_shown_redirected_or_denied_by_its_access_rule() {
    for (name, expected) in [
        ("", [200, 303, 403, 303, 303, 303]),
        ("ann", [200, 200, 403, 403, 403, 200]),
        ("editor", [200, 200, 200, 200, 200, 200]),
        // An account without the second factor counts as signed out, whatever
        // its rights.
        ("half", [200, 303, 403, 303, 303, 303]),
        ("editor-half", [200, 303, 403, 303, 303, 303]),
    ] {
        let (app, ledger) = if name.is_empty() { site() } else { signed_in(name).await };
        assert_eq!(statuses(&app).await, expected, "{name}");
        assert_eq!(ledger.entries().violations, 0);
    }
}

#[tokio::test]
async fn the_guard_runs_its_steps_in_order() {
    for (name, path, log) in [
        (
            "editor",
            "/vault",
            "resolve, from_session of editor at localhost, may editor edit at localhost, load for editor",
        ),
        ("ann", "/vault", "resolve, from_session of ann at localhost, may ann edit at localhost"),
        ("half", "/vault", "resolve"),
        ("half", "/draft", "resolve, from_session of half at localhost"),
        ("ann", "/open", "resolve, from_session of ann at localhost, load for ann"),
    ] {
        let (app, ledger) = signed_in(name).await;
        app.get(path).await;
        assert_eq!(ledger.log(), log);
    }
}

#[tokio::test]
async fn authorize_does_not_run_for_an_anonymous_visitor() {
    let (app, ledger) = site();
    assert_eq!(status(&app, "/draft").await, 403);
    assert_eq!(ledger.log(), "resolve, from_session of nobody at localhost");
}

#[tokio::test]
async fn loaders_see_the_state_of_from_session() {
    let (app, _) = signed_in("ann").await;
    let response = app.get("/orders").header("host", "Shop.example:8080").await;
    assert!(response.html().contains("for ann at shop.example"), "{response:?}");
}

#[track_caller]
fn check_failed(response: &Response) {
    assert_eq!(response.status(), 500);
    assert!(!response.text().contains("secret") && response.cookies().is_empty(), "{response:?}");
    let html = response.html();
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = html.split(|it: char| !it.is_ascii_alphanumeric() && it != '-');
    let is_id = |word: &str| {
        word.split_once('-').is_some_and(|(a, b)| a.len() > 9 && is_hex(a) && is_hex(b))
    };
    assert!(words.into_iter().any(is_id), "no trace id: {html}");
}

#[tokio::test]
async fn while_the_identity_service_is_down_every_page_is_500() {
    let (app, ledger) = signed_in("editor").await;
    for service in [Service::Down, Service::Panics] {
        ledger.set_service(service);
        for path in PAGES {
            check_failed(&app.get(path).await);
        }
        // The guard stopped there.
        assert_eq!(ledger.log(), ["resolve"; PAGES.len()].join(", "));
    }
    ledger.set_service(Service::Up);
    assert_eq!(statuses(&app).await, [200; 6]);
}

#[tokio::test]
async fn a_from_session_that_fails_is_500() {
    let (app, ledger) = signed_in("editor").await;
    for service in [Service::Down, Service::Panics] {
        ledger.entries().from_session = service;
        for path in PAGES {
            check_failed(&app.get(path).await);
        }
        assert!(!ledger.log().contains("load"));
    }
}

#[tokio::test]
async fn an_authorize_function_that_fails_shows_no_page() {
    for name in ["editor-whose-rights-are-lost", "editor-of-a-bug"] {
        let (app, ledger) = signed_in(name).await;
        check_failed(&app.get("/draft").await);
        assert!(!ledger.log().contains("load"));
    }
}

#[tokio::test]
async fn the_identity_stays_on_the_server() {
    let (app, _) = signed_in("editor").await;
    for path in PAGES {
        let response = app.get(path).await;
        let flags = String::from_utf8_lossy(&crate::app::flags(&response)).into_owned();
        assert!(!response.text().contains(SECRET) && !flags.contains(SECRET), "{flags}");
    }
}

/// A shared cache must not keep the document of one visitor for another.
#[tokio::test]
async fn a_document_may_be_kept_only_by_the_cache_of_the_browser() {
    let (app, _) = signed_in("ann").await;
    for path in ["/open", "/orders", "/draft", "/nowhere"] {
        let response = app.get(path).await;
        assert_eq!(response.header("cache-control"), Some("private, no-cache"), "{path}");
    }
}

//! Boot: the checks of an app, and the app as an axum service.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use rally::Client;
use tower::ServiceExt;

use super::{PAGES, app};

#[tokio::test]
async fn an_app_is_an_axum_service() {
    let dist = tempfile::tempdir().unwrap();
    std::fs::write(dist.path().join("index.html"), "<div id=\"app\"></div>").unwrap();
    let router = app(Arc::default()).dist(dist.path()).into_router(PAGES).unwrap();
    let request = Request::builder().uri("/plain").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn an_app_has_one_client() {
    let boot = |clients: Vec<Client>| app(Arc::default()).into_router(clients);
    for clients in [Vec::new(), vec![Client::new(PAGES), Client::new(&[])]] {
        let error = boot(clients).unwrap_err().to_string();
        assert_eq!(error, "an app must have exactly one client: pass `[Client::new(pages::ALL)]`");
    }
}

#[test]
fn an_app_without_a_build_fails_at_boot_and_names_the_command() {
    let empty = tempfile::tempdir().unwrap();
    let error = rally::App::new(()).dist(empty.path()).into_router(&[]).unwrap_err().to_string();
    // This binary has handlers for another state, so either error is correct.
    assert!(error.contains("trunk build") || error.contains("App::new"), "{error}");
}

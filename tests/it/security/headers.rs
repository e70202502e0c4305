//! Security headers of responses.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::testing::{Response, TestApp};
use rally::{ContentSecurityPolicy, Environment};

use crate::app::{Echo, PAGES, app, configured, frame, request, test_app};

const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

#[track_caller]
fn assert_security_headers(response: &Response) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("x-frame-options", "SAMEORIGIN"),
        ("cross-origin-opener-policy", "same-origin-allow-popups"),
    ] {
        let values: Vec<_> = response.headers().get_all(name).iter().collect();
        assert_eq!(values, [value], "{name}");
    }
}

#[tokio::test]
async fn documents_files_and_errors_have_the_security_headers() {
    let files: &[(&str, &[u8])] = &[("note.svg", b"<svg/>")];
    let app = TestApp::with_dist(app(Arc::default()), PAGES, files);
    for (url, status) in [
        ("/notes/1", 200),
        ("/note.svg", 200),
        ("/notes/3", 303),
        ("/notes/1/", 308),
        ("/notes/4", 403),
        ("/nowhere", 404),
        ("/_rally/shell/0.js", 404),
        ("/notes/6", 500),
    ] {
        let response = app.get(url).await;
        assert_eq!(response.status().as_u16(), status, "{url}");
        assert_security_headers(&response);
        assert!(!response.headers().contains_key("strict-transport-security"));
    }
    assert_security_headers(&app.post("/notes/1", "").await);
    assert_security_headers(&app.request(request("HEAD", "/notes/1", &[], "")).await);
}

#[tokio::test]
async fn the_response_to_a_call_has_nosniff() {
    let app = test_app();
    for response in [
        app.post("/rpc", frame(1, &Echo("<script>".to_owned()))).await,
        app.post("/rpc", Vec::new()).await,
        app.get("/rpc").await,
    ] {
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn in_production_browsers_are_told_to_use_https() {
    let app = configured(|app| app.environment(Environment::Production));
    let response = app.get("/notes/1").await;
    assert_security_headers(&response);
    assert_eq!(response.headers()["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn an_app_can_replace_the_policy() {
    let app = configured(|app| {
        let policy = ContentSecurityPolicy::default().allow("img-src", "https://images.example");
        app.content_security_policy(policy)
    });
    let response = app.get("/notes/1").await;
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("img-src 'self' data: https://images.example;"), "{policy}");
}

#[tokio::test]
async fn an_app_without_the_policy_keeps_the_other_headers() {
    let response = configured(|app| app.content_security_policy(None)).get("/notes/1").await;
    assert!(!response.headers().contains_key("content-security-policy"));
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
}

#[test]
fn an_invalid_policy_is_an_error_at_boot() {
    let policy = ContentSecurityPolicy::default().allow("img-src", "a:; script-src *");
    let app = app(Arc::default()).content_security_policy(policy);
    assert!(TestApp::try_new(app, PAGES).err().unwrap().to_string().contains("img-src"));
}

#[tokio::test]
async fn an_uploaded_file_keeps_its_stricter_policy() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("a.svg"), "<svg/>").unwrap();
    let pictures = directory.path().to_owned();
    let app = configured(move |app| app.files("/pictures", &pictures));
    let response = app.get("/pictures/a.svg").await;
    assert_eq!(response.status(), StatusCode::OK);
    let policies: Vec<_> = response.headers().get_all("content-security-policy").iter().collect();
    assert!(policies.len() == 1 && policies[0].to_str().unwrap().contains("sandbox"));
    assert_eq!(response.headers()["x-frame-options"], "SAMEORIGIN");
}

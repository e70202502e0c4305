//! Documents for each kind of URL.

use axum::http::StatusCode;
use rally::testing::Response;
use rally_core::flags::Flags;

use crate::app::{flags, request, sets_only_the_session, test_app};

#[tokio::test]
async fn a_page_is_rendered_with_its_model_embedded() {
    let response = test_app().get("/notes/1?tone=3").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "private, no-cache");
    assert!(response.text().contains("tone 3"), "{}", response.text());
    let bytes = flags(&response);
    let Some(Flags::Page { page, model, .. }) = Flags::read(&bytes) else { panic!() };
    assert_eq!(page, "it::app::note::Note");
    assert_eq!(model, b"\x91\xa6tone 3");
}

#[tokio::test]
async fn the_current_path_is_rendered() {
    let response = test_app().get("/plain?a=b").await;
    assert!(response.text().contains("/plain?a=b"), "{}", response.text());
}

#[tokio::test]
async fn text_of_the_model_is_escaped_in_the_page_and_in_the_flags() {
    let response = test_app().get("/notes/2").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.text().contains("<script>alert"), "{}", response.text());
    assert!(!response.text().contains("<!-- \u{2028}"), "{}", response.text());
    assert_eq!(response.text().matches("</script>").count(), 1, "{}", response.text());
    let bytes = flags(&response);
    let Some(Flags::Page { model, .. }) = Flags::read(&bytes) else { panic!() };
    let (text,): (String,) = rally_core::codec::decode(model).unwrap();
    assert_eq!(text, "</script><script>alert(1)</script><!-- \u{2028}\0\" '&");
}

#[track_caller]
fn assert_error_page(response: &Response, status: StatusCode) {
    assert_eq!(response.status(), status, "{}", response.text());
    assert!(
        response.text().contains(&format!("<h1>{}</h1>", status.as_u16())),
        "{}",
        response.text()
    );
    assert!(
        !response.text().contains("secret") && !response.text().contains("digit"),
        "{}",
        response.text()
    );
    assert_eq!(Flags::read(&flags(response)), Some(Flags::Static));
}

#[tokio::test]
async fn unknown_urls_and_missing_records_are_not_found() {
    let app = test_app();
    for url in ["/", "/nowhere", "/notes/x", "/notes/9", "/notes/1/2", "/notes//1", "/index.html"] {
        assert_error_page(&app.get(url).await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_invalid_query_value_is_the_default() {
    let response = test_app().get("/notes/1?tone=loud").await;
    assert!(response.text().contains("tone 0"), "{}", response.text());
}

#[tokio::test]
async fn a_loader_can_deny_and_redirect() {
    let app = test_app();
    assert_error_page(&app.get("/notes/4").await, StatusCode::FORBIDDEN);
    let response = app.get("/notes/3").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()["location"], "/notes/1?tone=7");
    assert_eq!(response.text(), "");
}

#[tokio::test]
async fn a_redirect_cannot_inject_a_header() {
    let response = test_app().get("/notes/8").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(sets_only_the_session(&response));
}

#[tokio::test]
async fn failures_and_panics_show_only_a_reference() {
    let app = test_app();
    for url in ["/notes/5", "/notes/6", "/notes/7"] {
        let response = app.get(url).await;
        assert_error_page(&response, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(response.text().contains("(reference "), "{}", response.text());
    }
    assert_eq!(app.get("/notes/1").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_trailing_slash_is_redirected_to_the_canonical_url() {
    let response = test_app().get("/notes/1/?tone=3").await;
    assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(response.headers()["location"], "/notes/1?tone=3");
}

#[tokio::test]
async fn posting_to_a_page_without_a_form_is_not_allowed() {
    let app = test_app();
    let response = app.post("/notes/1", "").await;
    assert_error_page(&response, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "GET, HEAD");
    let response = app.request(request("HEAD", "/notes/1", &[], "")).await;
    assert_eq!(response.status(), StatusCode::OK);
}

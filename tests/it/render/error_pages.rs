//! The app's error page: with layout, context, language and theme.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::Visit;
use rally::prelude::*;
use rally::testing::{Response, TestApp};
use rally_core::codec::decode;
use rally_core::flags::Flags;
use rally_core::registry::Pages;
use site::Site;

use crate::app::{State, app, flags, request};
use crate::auth::accounts::Account;

const SHELL: &str = "<!DOCTYPE html><html><body><div id=\"app\"></div></body></html>";

/// Pages that are guarded, or that fail.
mod hidden {
    use super::*;

    rally::pages!(context = site::Site);

    #[page("/hidden", signed_in, authorize = nobody)]
    pub fn hidden() -> Element {
        rsx! { "hidden" }
    }

    #[server_only]
    async fn nobody(_: &crate::app::Cx, _: &Account) -> Result<bool> {
        Ok(false)
    }
}

mod broken {
    use super::*;

    rally::pages!(context = site::Site);

    #[page("/broken")]
    pub fn broken() -> Element {
        panic!("the view's secret")
    }
}

async fn visit(visit: Visit<Arc<State>, Account>) -> Result<(Site, Arc<Arc<State>>)> {
    let Visit { identity, browser, state, .. } = visit;
    if browser.current_path.contains("lost") {
        Err(std::io::Error::other("the session's secret"))?;
    }
    let name = identity.map_or("guest".to_owned(), |account| account.name.clone());
    Ok((Site { browser, added: vec![name], ..Site::default() }, state))
}

fn served() -> TestApp {
    let files: &[(&str, &[u8])] = &[("index.html", SHELL.as_bytes())];
    let mut pages = site::pages::ALL.to_vec();
    pages.extend([hidden::Hidden::PAGE, broken::Broken::PAGE]);
    TestApp::with_dist(app(Arc::default()).from_session(visit), &pages, files)
}

async fn signed_in() -> TestApp {
    let app = served();
    app.call(crate::auth::site::SignIn("ann".to_owned())).await.unwrap();
    app
}

/// Checks an error page that the browser hydrates.
#[track_caller]
fn check(response: &Response, status: StatusCode, name: &str, url: &str) {
    let (html, code) = (response.html(), status.as_u16());
    assert_eq!(response.status(), status, "{html}");
    assert!(html.contains(&format!("<h1>Error {code}</h1>")), "{html}");
    assert!(html.contains("<header class=\"root\">"), "the layout is missing: {html}");
    assert!(html.contains(&format!("<p id=\"added\">{name}</p>")), "{html}");
    assert!(!html.contains("secret"), "{html}");
    let bytes = flags(response);
    let Some(Flags::Page { page, context, .. }) = Flags::read(&bytes) else { panic!("{html}") };
    assert_eq!(page, "site::pages::error::ErrorPage");
    let context: Site = decode(context).unwrap();
    assert_eq!((&*context.browser.current_path, &*context.added[0]), (url, name));
}

#[tokio::test]
async fn an_unknown_url_shows_the_apps_page_with_its_layout_and_context() {
    let app = signed_in().await;
    let response = app.get("/nowhere?a=b").await;
    check(&response, StatusCode::NOT_FOUND, "ann", "/nowhere?a=b");
    assert!(response.html().contains("<title>There is no page here.</title>"));
}

#[tokio::test]
async fn a_denied_caller_and_a_failing_page_get_the_apps_page() {
    let app = signed_in().await;
    check(&app.get("/hidden").await, StatusCode::FORBIDDEN, "ann", "/hidden");
    let response = app.get("/broken").await;
    check(&response, StatusCode::INTERNAL_SERVER_ERROR, "ann", "/broken");
    assert!(response.html().contains("(reference "), "{}", response.html());
    let response = app.request(request("PUT", "/plain", &[], "")).await;
    check(&response, StatusCode::METHOD_NOT_ALLOWED, "ann", "/plain");
    assert_eq!(response.headers()["allow"], "GET, HEAD");
}

#[tokio::test]
async fn a_posted_form_that_cannot_be_read_gets_the_apps_page() {
    let app = signed_in().await;
    let response = app.post("/plain?/nothing", "").await;
    check(&response, StatusCode::UNSUPPORTED_MEDIA_TYPE, "ann", "/plain");
    let form = "application/x-www-form-urlencoded";
    let response = app.post("/nowhere?/nothing", "").header("content-type", form).await;
    check(&response, StatusCode::NOT_FOUND, "ann", "/nowhere");
}

/// The request of a missing image, or of a program.
#[tokio::test]
async fn a_request_that_asks_for_no_document_gets_the_built_in_page_without_the_apps_code() {
    let app = served();
    for (name, value) in
        [("accept", "*/*"), ("accept", "image/avif,*/*;q=0.8"), ("sec-fetch-dest", "script")]
    {
        let response = app.get("/favicon.png").header(name, value).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(response.html().contains("<h1>404</h1>"), "{}", response.html());
        assert!(response.cookies().is_empty(), "{:?}", response.cookies());
    }
    let response = app.get("/favicon.png").await;
    check(&response, StatusCode::NOT_FOUND, "guest", "/favicon.png");
    assert_eq!(response.cookies().len(), 1);
}

#[tokio::test]
async fn an_error_page_has_language_and_theme() {
    let app = served();
    app.set_cookie("__rally_lang", "de");
    app.set_cookie("__rally_dark_mode", "1");
    let response = app.get("/nowhere").await;
    check(&response, StatusCode::NOT_FOUND, "guest", "/nowhere");
    assert!(response.text().contains("<html lang=\"de\" data-theme=\"dark\">"));
    assert!(response.html().contains("/nowhere de dark"), "{}", response.html());
}

#[tokio::test]
async fn a_new_visitor_gets_a_session_with_the_error_page() {
    let app = served();
    app.get("/nowhere").await;
    let session = app.cookie("rally_session").expect("a session");
    app.get("/nowhere").await;
    assert_eq!(app.cookie("rally_session"), Some(session));
}

#[track_caller]
fn check_static(response: &Response, status: StatusCode, contains: &str) {
    assert_eq!(response.status(), status);
    assert!(response.html().contains(contains), "{}", response.html());
    assert_eq!(Flags::read(&flags(response)), Some(Flags::Static));
    assert_eq!(response.cookies(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_context_the_page_is_rendered_but_not_hydrated() {
    let response = served().get("/plain?lost").await;
    let page = "<h1>Error 500</h1>";
    check_static(&response, StatusCode::INTERNAL_SERVER_ERROR, page);
    assert!(response.html().contains("<header class=\"root\">"));
    assert!(!response.html().contains("secret"));
}

#[tokio::test]
async fn a_post_from_another_site_does_not_change_the_session() {
    let app = signed_in().await;
    let session = app.cookie("rally_session");
    let response = app.post("/plain?/form", "").header("origin", "https://evil.example").await;
    check_static(&response, StatusCode::FORBIDDEN, "<h1>Error 403</h1>");
    assert_eq!(app.cookie("rally_session"), session);
}

#[tokio::test]
async fn if_the_apps_page_fails_the_built_in_page_is_shown() {
    let response = served().get("/fails").await;
    check_static(&response, StatusCode::NOT_FOUND, "<h1>404</h1>");
}

#[test]
fn an_app_has_one_error_page() {
    let page = site::pages::error::ErrorPage::PAGE;
    let error = Pages::new(&[page, page]).unwrap_err().to_string();
    let expected = "`site::pages::error::ErrorPage` and `site::pages::error::ErrorPage` are both \
                    error pages, but an app has one: remove one of them";
    assert_eq!(error, expected);
}

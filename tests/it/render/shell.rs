//! Inline scripts and styles of `index.html`, which are served as files.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::testing::TestApp;

use crate::app::{PAGES, TheApp, app, test_app};

/// An `index.html` as trunk writes it.
const SHELL: &str = "<!DOCTYPE html><html><head><style>b {}</style>\
    <script type=\"module\">\nimport init from '/app.js';\nawait init();\n</script>\
    <script src=\"/other.js\"></script></head><body><div id=\"app\"></div></body></html>";

fn app_with_shell(configure: impl FnOnce(TheApp) -> TheApp) -> TestApp {
    let files: &[(&str, &[u8])] = &[("index.html", SHELL.as_bytes())];
    TestApp::with_dist(configure(app(Arc::default())), PAGES, files)
}

/// The path that follows a text of the document.
fn path<'a>(document: &'a str, before: &str) -> &'a str {
    let (_, rest) = document.split_once(before).expect("the text is not in the document");
    rest.split_once('"').expect("the path has no closing quote").0
}

#[tokio::test]
async fn an_inline_script_becomes_an_immutable_file() {
    let app = app_with_shell(|app| app);
    let document = app.get("/notes/1").await.text();
    assert!(document.contains("\" type=\"module\"></script>"), "{document}");
    assert!(!document.contains("import init"), "{document}");
    let path = path(&document, "<script src=\"");
    assert!(path.starts_with("/_rally/shell/") && path.ends_with(".js"), "{path}");
    let response = app.get(path).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text(), "\nimport init from '/app.js';\nawait init();\n");
    assert_eq!(response.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
    // Error pages use the same `index.html`.
    assert!(app.get("/nowhere").await.text().contains(path));
}

#[tokio::test]
async fn an_inline_style_becomes_a_file() {
    let app = app_with_shell(|app| app);
    let document = app.get("/notes/1").await.text();
    let response = app.get(path(&document, "<link rel=\"stylesheet\" href=\"")).await;
    assert_eq!((response.status(), &*response.text()), (StatusCode::OK, "b {}"));
    assert_eq!(response.headers()["content-type"], "text/css; charset=utf-8");
}

#[tokio::test]
async fn a_document_has_no_inline_script() {
    let document = app_with_shell(|app| app).get("/notes/2").await.text();
    let tags = document.split("<script").skip(1);
    let closed: Vec<_> = tags.map(|tag| tag.split_once("</script>").unwrap().0).collect();
    assert_eq!(closed.len(), 3, "{document}");
    for tag in closed {
        let is_file = tag.contains(" src=\"") && tag.ends_with('>');
        assert!(is_file || tag.contains("type=\"application/rally\""), "{tag}");
    }
}

#[tokio::test]
async fn without_a_policy_index_html_is_unchanged() {
    let app = app_with_shell(|app| app.content_security_policy(None));
    let document = app.get("/notes/1").await.text();
    let (head, _) = SHELL.split_once("</div>").unwrap();
    let spoken = head.replace("<html>", "<html lang=\"en\">");
    assert!(document.starts_with(&spoken), "{document}");
}

#[tokio::test]
async fn an_index_html_without_inline_scripts_is_unchanged() {
    let document = test_app().get("/notes/1").await.text();
    assert!(
        document
            .starts_with("<!DOCTYPE html><html lang=\"en\"><head></head><body><div id=\"app\">"),
        "{document}"
    );
}

#[tokio::test]
async fn an_unknown_file_of_the_shell_is_not_found() {
    let app = app_with_shell(|app| app);
    for url in ["/_rally/shell/", "/_rally/shell/0000000000000000.js", "/_rally/shell/../notes/1"] {
        let response = app.get(url).await;
        assert_eq!((response.status(), &*response.text()), (StatusCode::NOT_FOUND, ""), "{url}");
    }
}

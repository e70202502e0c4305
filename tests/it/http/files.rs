//! Files of `dist` and of `App::files`.

use std::sync::Arc;

use axum::http::StatusCode;
use rally::testing::TestApp;

use crate::app::{PAGES, app, configured};

const HASHED: &str = "app-0123456789abcdef.js";

fn app_with_files() -> TestApp {
    let files: &[(&str, &[u8])] = &[
        (HASHED, b"plain"),
        ("app-0123456789abcdef.js.br", b"brotli"),
        ("app-0123456789abcdef.js.gz", b"gzip"),
        ("robots.txt", b"robots"),
        (".hidden", b"hidden"),
        ("photo 1.jpg", b"photo"),
    ];
    TestApp::with_dist(app(Arc::default()), PAGES, files)
}

#[tokio::test]
async fn a_file_with_a_hash_in_its_name_is_immutable() {
    let response = app_with_files().get(&format!("/{HASHED}")).await;
    assert_eq!((response.status(), &*response.text()), (StatusCode::OK, "plain"));
    assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(response.headers()["content-type"], "text/javascript");
}

#[tokio::test]
async fn a_file_without_a_hash_is_revalidated() {
    let response = app_with_files().get("/robots.txt").await;
    assert_eq!((response.status(), &*response.text()), (StatusCode::OK, "robots"));
    assert_eq!(response.headers()["cache-control"], "no-cache");
}

#[tokio::test]
async fn a_file_name_may_be_percent_encoded() {
    assert_eq!(app_with_files().get("/photo%201.jpg").await.text(), "photo");
}

#[tokio::test]
async fn the_best_encoding_that_the_browser_accepts_is_sent() {
    let app = app_with_files();
    for (accepted, sent, body) in [("br, gzip", "br", "brotli"), ("gzip", "gzip", "gzip")] {
        let url = format!("/{HASHED}");
        let response = app.get(&url).header("accept-encoding", accepted).await;
        assert_eq!(
            (&response.headers()["content-encoding"], &*response.text()),
            (&sent.parse().unwrap(), body)
        );
        assert_eq!(response.headers()["content-type"], "text/javascript");
        assert!(response.headers()["vary"].to_str().unwrap().contains("accept-encoding"));
    }
}

#[tokio::test]
async fn no_other_file_of_the_disk_is_served() {
    let app = app_with_files();
    for url in
        ["/.hidden", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "/index.html"]
    {
        assert_eq!(app.get(url).await.status(), StatusCode::NOT_FOUND, "{url}");
    }
}

#[tokio::test]
async fn documents_of_a_directory_run_no_script() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name, text| std::fs::write(directory.path().join(name), text).unwrap();
    write("a b.html", "<script>alert(1)</script>");
    write(".hidden", "hidden");
    let pictures = directory.path().to_owned();
    let app = configured(move |app| app.files("/pictures", &pictures));
    let response = app.get("/pictures/a%20b.html?x").await;
    assert_eq!(
        (response.status(), &*response.text()),
        (StatusCode::OK, "<script>alert(1)</script>")
    );
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    let policy = response.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");

    for url in ["/pictures/.hidden", "/pictures/%2ehidden", "/pictures/none", "/pictures/"] {
        assert_eq!(app.get(url).await.status(), StatusCode::NOT_FOUND, "{url}");
    }
    for url in ["/pictures/../index.html", "/pictures/%2e%2e/index.html", "/pictures//etc/passwd"] {
        assert_eq!(app.get(url).await.status(), StatusCode::NOT_FOUND, "{url}");
    }
    assert_eq!(app.post("/pictures/a%20b.html", "").await.status(), 405);
}

/// Uploaded files have the app's origin, which the policy of the pages allows
/// scripts from.
#[tokio::test]
async fn an_uploaded_script_is_not_served_as_a_script() {
    let directory = tempfile::tempdir().unwrap();
    let names = ["a.js", "a.mjs", "a.JS", "a.cjs", "a.es", "a.jsm", "a.jsx", "a.ecma"];
    for name in names {
        std::fs::write(directory.path().join(name), "alert(1)").unwrap();
    }
    let pictures = directory.path().to_owned();
    let app = configured(move |app| app.files("/pictures", &pictures));
    for name in names {
        let response = app.get(&format!("/pictures/{name}")).await;
        let kind = response.headers()["content-type"].to_str().unwrap();
        assert!(!kind.contains("script"), "{name}: {kind}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_url_that_no_file_can_match_is_not_found() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("inner")).unwrap();
    std::fs::write(directory.path().join("a.png"), "a").unwrap();
    let pictures = directory.path().to_owned();
    let app = configured(move |app| app.files("/pictures", &pictures));
    let long = format!("/pictures/{}", "x".repeat(5000));
    for url in ["/pictures/%00", "/pictures/a.png/b", "/pictures/%ff", "/pictures/inner", &long] {
        assert_eq!(app.get(url).await.status(), StatusCode::NOT_FOUND, "{url}");
    }
}

//! Heads in the documents of the server.

use rally::Simulation;
use site::pages::home_::{Home, Model, Msg};

use crate::app::{PAGES, app, site_app};
use rally::testing::TestApp;

const SHELL: &str = "<!DOCTYPE html><html><head><title>Shop</title><meta name=\"description\" \
                     content=\"All\"></head><body><div id=\"app\"></div></body></html>";

async fn head(url: &str) -> String {
    site_app(SHELL)
        .get(url)
        .await
        .text()
        .split_once("<body>")
        .expect("the document has no body")
        .0
        .to_owned()
}

#[tokio::test]
async fn title_meta_and_canonical_link_are_in_the_document() {
    assert_eq!(
        head("/").await,
        "<!DOCTYPE html><html lang=\"en\"><head><title data-rally-shell=\"Shop\">Home</title>\
         <meta name=\"description\" content=\"What home says\" data-rally-shell=\"All\">\
         <meta property=\"og:title\" content=\"Home\" data-rally-head>\
         <link rel=\"canonical\" href=\"https://site.example/\" data-rally-head></head>"
    );
}

#[tokio::test]
async fn a_page_without_head_keeps_the_head_of_index_html() {
    assert_eq!(
        head("/plain").await,
        SHELL.split_once("<body>").unwrap().0.replace("<html>", "<html lang=\"en\">")
    );
}

#[tokio::test]
async fn markup_in_a_head_is_escaped() {
    let url = "/titled?title=%3C/title%3E%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E%3C!--";
    let head = head(url).await;
    assert!(!head.contains("<script"), "{head}");
    assert!(!head.contains("<!--"), "{head}");
    assert_eq!(head.matches("</title>").count(), 1, "{head}");
    let escaped = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#34;'&gt;&lt;!--";
    assert_eq!(head.matches(&format!("=\"{escaped}\"")).count(), 5, "{head}");
    assert_eq!(head.matches(escaped).count(), 6, "{head}");
}

#[tokio::test]
async fn an_error_page_has_the_message_as_its_title() {
    let response = site_app(SHELL).get("/nowhere").await;
    let html = response.html();
    assert!(html.contains(">There is no page here.</title>"), "{html}");
}

#[tokio::test]
async fn the_built_in_error_page_has_the_head_of_index_html() {
    let files: &[(&str, &[u8])] = &[("index.html", SHELL.as_bytes())];
    let app = TestApp::with_dist(app(Default::default()), PAGES, files);
    let response = app.get("/nowhere").await;
    assert!(
        response.text().starts_with(SHELL.split_once("<body>").unwrap().0),
        "{}",
        response.text()
    );
}

#[test]
fn a_simulation_returns_the_head() {
    let mut page = Simulation::<Model>::start(Home, ());
    assert_eq!(page.head().title_text(), Some("Home"));
    assert_eq!(page.head().get("canonical"), Some("https://site.example/"));
    page.send(Msg::Named("tea".to_owned()));
    assert_eq!(page.head().title_text(), Some("tea ()"));
}

//! The client context in documents and in simulated pages.

use rally::Simulation;
use rally::prelude::*;
use rally::testing::Response;
use rally_core::codec::decode;
use rally_core::flags::Flags;
use rally_core::registry::Pages;
use site::pages::home_::{Home, Model, Msg};
use site::{Site, SiteMsg};

use crate::app::{PAGES, flags, site_app};

const SHELL: &str = "<!DOCTYPE html><html><body><div id=\"app\"></div></body></html>";

#[track_caller]
fn context(response: &Response) -> Site {
    let bytes = flags(response);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!("no page") };
    decode(context).unwrap()
}

async fn get_plain(headers: &[(&str, &str)]) -> Response {
    let request = site_app(SHELL).get("/plain?a=%20b");
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).await
}

#[tokio::test]
async fn the_rendered_context_is_embedded() {
    let response = get_plain(&[("cookie", "__rally_dark_mode=1; __rally_lang=de")]).await;
    let Site { browser, cart, added } = context(&response);
    let (current_path, lang) = ("/plain?a=%20b".to_owned(), "de".to_owned());
    assert_eq!(browser, ClientContext { current_path, lang, dark_mode: true, flash: None });
    assert_eq!((cart, added), (0, Vec::new()));
    assert!(response.text().contains("/plain?a=%20b de dark"), "{}", response.text());
    assert!(
        response.text().contains("<html lang=\"de\" data-theme=\"dark\">"),
        "{}",
        response.text()
    );
}

#[tokio::test]
async fn without_cookies_the_language_is_the_browsers_and_the_theme_is_unset() {
    let response = get_plain(&[("accept-language", "fr-CH, fr;q=0.9, en;q=0.8")]).await;
    let browser = context(&response).browser;
    assert_eq!((&*browser.lang, browser.dark_mode), ("fr", false));
    assert!(response.text().contains("<html lang=\"fr\">"), "{}", response.text());
    assert!(!response.text().contains("data-theme"), "{}", response.text());
    let browser = context(&get_plain(&[]).await).browser;
    assert_eq!((&*browser.lang, browser.dark_mode), ("en", false));
}

#[tokio::test]
async fn an_invalid_preference_cookie_is_ignored() {
    let cookie = "__rally_lang=%22%3E%3Cscript%3E; __rally_dark_mode=\" onload=x";
    let response = get_plain(&[("cookie", cookie)]).await;
    assert_eq!(context(&response).browser.lang, "en");
    assert!(response.text().contains("<html lang=\"en\">"), "{}", response.text());
}

#[tokio::test]
async fn the_language_of_index_html_applies_until_the_visitor_chooses_one() {
    let shell = SHELL.replace("<html>", "<html lang=\"it\">");
    let app = site_app(&shell);
    let response = app.get("/plain").header("accept-language", "fr").await;
    assert!(response.text().contains("<html lang=\"it\">"), "{}", response.text());
    let response = app.get("/plain").header("cookie", "__rally_lang=fr").await;
    assert!(response.text().contains("<html lang=\"fr\">"), "{}", response.text());
}

#[test]
fn a_page_sends_messages_to_the_context_and_sees_the_change() {
    let mut page = Simulation::<Model>::start(Home, ());
    page.send(Msg::Named("tea".to_owned()));
    page.send(Msg::Add);
    page.send_to_context(SiteMsg::Added("milk".to_owned()));
    assert!(page.html().contains("<p id=\"added\">tea, milk</p>"), "{}", page.html());
    page.context(|client: &Site| assert_eq!(client.cart, 2));
    page.send(Msg::Later);
    page.advance(std::time::Duration::from_secs(1));
    page.context(|client| assert_eq!(client.cart, 3));
}

#[test]
fn a_simulation_can_start_with_a_context() {
    let cx = Site { cart: 7, ..Site::default() };
    let page = Simulation::<Model>::start_with(cx, Home, ());
    page.context(|client| assert_eq!((client.cart, &*client.browser.current_path), (7, "/")));
    assert!(page.html().contains("<p id=\"began\">/</p>"), "{}", page.html());
}

#[test]
fn pages_with_different_contexts_are_an_error() {
    let mixed = [PAGES[1], site::pages::ALL[0]];
    let error = Pages::new(&mixed).unwrap_err().to_string();
    let expected = "the page `site::pages::admin::index::Admin` has the client context \
                    `site::Site`, but the page `it::app::plain::Plain` has \
                    `rally_core::context::ClientContext`: all pages of an app share one \
                    client context, so name the same type in each `pages!`, as in \
                    `pages!(\"src/pages\", context = crate::Site)`";
    assert_eq!(error, expected);
}

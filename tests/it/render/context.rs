//! The client context: what the server knows of a visitor, and what a page makes of it.

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

/// The context that is embedded.
#[track_caller]
fn context(answer: &Response) -> Site {
    let bytes = flags(answer);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!("no page") };
    decode(context).unwrap()
}

async fn ask(headers: &[(&str, &str)]) -> Response {
    let request = site_app(SHELL).get("/plain?a=%20b");
    headers.iter().fold(request, |request, (name, value)| request.header(name, value)).await
}

#[tokio::test]
async fn the_context_that_was_rendered_is_the_one_that_is_embedded() {
    let answer = ask(&[("cookie", "__rally_dark_mode=1; __rally_lang=de")]).await;
    let Site { client, cart, added } = context(&answer);
    let (current_path, lang) = ("/plain?a=%20b".to_owned(), "de".to_owned());
    assert_eq!(client, ClientContext { current_path, lang, dark_mode: true });
    assert_eq!((cart, added), (0, Vec::new()));
    assert!(answer.text().contains("/plain?a=%20b de dark"), "{}", answer.text());
    assert!(answer.text().contains("<html lang=\"de\" data-theme=\"dark\">"), "{}", answer.text());
}

#[tokio::test]
async fn without_cookies_the_browser_says_the_language_and_the_theme_is_left_to_it() {
    let answer = ask(&[("accept-language", "fr-CH, fr;q=0.9, en;q=0.8")]).await;
    let client = context(&answer).client;
    assert_eq!((&*client.lang, client.dark_mode), ("fr", false));
    assert!(answer.text().contains("<html lang=\"fr\">"), "{}", answer.text());
    assert!(!answer.text().contains("data-theme"), "{}", answer.text());
    let client = context(&ask(&[]).await).client;
    assert_eq!((&*client.lang, client.dark_mode), ("en", false));
}

#[tokio::test]
async fn a_hostile_cookie_is_as_none() {
    let cookie = "__rally_lang=%22%3E%3Cscript%3E; __rally_dark_mode=\" onload=x";
    let answer = ask(&[("cookie", cookie)]).await;
    assert_eq!(context(&answer).client.lang, "en");
    assert!(answer.text().contains("<html lang=\"en\">"), "{}", answer.text());
}

#[tokio::test]
async fn a_file_that_names_its_language_keeps_it_until_the_visitor_chooses() {
    let shell = SHELL.replace("<html>", "<html lang=\"it\">");
    let app = site_app(&shell);
    let answer = app.get("/plain").header("accept-language", "fr").await;
    assert!(answer.text().contains("<html lang=\"it\">"), "{}", answer.text());
    let answer = app.get("/plain").header("cookie", "__rally_lang=fr").await;
    assert!(answer.text().contains("<html lang=\"fr\">"), "{}", answer.text());
}

#[test]
fn a_page_messages_the_context_and_sees_it_change() {
    let mut page = Simulation::<Model>::start(Home, ());
    page.send(Msg::Named("tea".to_owned()));
    page.send(Msg::Add);
    page.tell(SiteMsg::Added("milk".to_owned()));
    assert!(page.html().contains("<p id=\"added\">tea, milk</p>"), "{}", page.html());
    page.context(|cx: &Site| assert_eq!(cx.cart, 2));
    page.send(Msg::Later);
    page.advance(std::time::Duration::from_secs(1));
    page.context(|cx| assert_eq!(cx.cart, 3));
}

#[test]
fn a_page_is_simulated_with_a_context() {
    let cx = Site { cart: 7, ..Site::default() };
    let page = Simulation::<Model>::start_with(cx, Home, ());
    page.context(|cx| assert_eq!((cx.cart, &*cx.client.current_path), (7, "/")));
    assert!(page.html().contains("<p id=\"began\">/</p>"), "{}", page.html());
}

#[test]
fn pages_with_two_contexts_are_no_app() {
    let mixed = [PAGES[1], site::pages::ALL[0]];
    let error = Pages::new(&mixed).unwrap_err().to_string();
    let expected = "the page `site::pages::admin::index::Admin` has the client context \
                    `site::Site`, and `it::app::plain::Plain` has \
                    `rally_core::context::ClientContext`: pages of one app share one, so tell \
                    each `pages!` the same, as in pages!(\"src/pages\", context = crate::Site)";
    assert_eq!(error, expected);
}

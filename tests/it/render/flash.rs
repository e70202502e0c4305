//! The flash message and messages to the context, across redirects and documents; and the
//! language, theme and refresh that `from_session` decides about.

use std::sync::Arc;

use rally::prelude::*;
use rally::testing::{Response, Socket, TestApp};
use rally::{Client, History, Simulation, Visit};
use rally_core::carried::{Carried, FLASH_COOKIE};
use rally_core::codec;
use rally_core::context::CONTEXT_CALL;
use rally_core::flags::Flags;
use rally_core::frame::{CallPage, ClientFrame, ServerFrame};

use crate::app::{State, app, flags, request};
use crate::auth::accounts::Account;

#[derive(Debug, Default, Wire)]
pub struct Shop {
    pub browser: ClientContext,
    pub items: Vec<String>,
}

#[derive(Wire)]
pub enum ShopMsg {
    Added(String),
}

impl Context for Shop {
    type Msg = ShopMsg;

    fn browser(&mut self) -> &mut ClientContext {
        &mut self.browser
    }

    fn update(&mut self, msg: ShopMsg) -> Effect<ShopMsg> {
        let ShopMsg::Added(item) = msg;
        assert_ne!(item, "a bug");
        self.items.push(item);
        Effect::none()
    }

    fn form_out_of_date(&self) -> String {
        let is_german = self.browser.lang == "de";
        let text =
            if is_german { "Das Formular ist veraltet." } else { "This form is out of date." };
        text.to_owned()
    }
}

mod page {
    use super::*;

    rally::pages!(context = super::Shop);

    #[page("/cart")]
    pub struct Cart;

    #[derive(Wire)]
    pub struct Model;

    pub enum Msg {
        Submitted(FormValues),
        Refresh,
    }

    impl Page for Model {
        type Route = Cart;
        type Msg = Msg;

        fn init(_: Cart, _: (), _: &Shop) -> Self {
            Self
        }

        fn update(&mut self, msg: Msg, client: &Shop) -> Effect<Msg> {
            let values = match msg {
                Msg::Submitted(values) => values,
                Msg::Refresh => return Effect::refresh_context(),
            };
            let item = values.text("item").to_owned();
            Effect::batch([
                Effect::flash(format!("Added {item}.")),
                client.send(ShopMsg::Added(item)),
                match values.is_checked("stay") {
                    true => Effect::none(),
                    false => Effect::navigate_to("/to-the-cart", History::Push),
                },
            ])
        }

        fn view(&self, dispatch: Dispatch<Msg>, client: &Shop) -> Element {
            let flash = client.browser.flash.as_deref().unwrap_or("nothing");
            rsx! {
                form { ..dispatch.raw_form("add", Msg::Submitted) }
                p { "flash: {flash}; items: {client.items.join(\", \")}" }
            }
        }
    }
}

/// A page that redirects.
mod redirect {
    use super::*;

    rally::pages!(context = super::Shop);

    #[page("/to-the-cart", loader)]
    pub struct ToCart;

    #[derive(Wire)]
    pub struct Model;

    impl Page for Model {
        type Route = ToCart;
        type Msg = Never;

        fn init(_: ToCart, _: (), _: &Shop) -> Self {
            Self
        }

        fn view(&self, _: Dispatch<Never>, _: &Shop) -> Element {
            rsx! {}
        }
    }

    #[loader(public)]
    async fn load(_: ToCart, _: &crate::app::Cx) -> Result<(), LoadError> {
        Err(LoadError::redirect(super::page::Cart))
    }
}

mod error {
    use super::*;

    rally::pages!(context = super::Shop);

    #[error_page]
    pub fn error(_: &PageError, client: &Shop) -> Element {
        rsx! { {client.browser.flash.clone()} }
    }
}

const PAGES: [rally::PageEntry; 3] =
    [page::Cart::PAGE, redirect::ToCart::PAGE, error::ErrorPage::PAGE];

fn served() -> TestApp {
    TestApp::new(app(Arc::default()), [Client::new(&PAGES)])
}

#[track_caller]
fn check(response: &Response, shown: &str) {
    assert!(response.html().contains(&format!("<p>{shown}</p>")), "{}", response.html());
}

#[tokio::test]
async fn flash_and_message_of_a_form_survive_redirects_and_are_shown_once() {
    let app = served();
    let response = app.post_form("/cart?/add", &[("item", "tea; \"green\"")]).await;
    assert_eq!(response.location(), Some("/to-the-cart"));
    let cookies = response.cookies();
    let cookie = cookies.iter().find(|it| it.starts_with("__rally_flash=")).unwrap();
    // A script must be able to replace the cookie.
    assert!(cookie.contains("; Path=/; SameSite=Lax; Max-Age=60"), "{cookie}");
    let response = app.get("/to-the-cart").await;
    assert_eq!(response.location(), Some("/cart"));
    assert!(app.cookie(FLASH_COOKIE).is_some());
    let shown = "flash: Added tea; &#34;green&#34;.; items: tea; &#34;green&#34;";
    check(&app.get("/cart").await, shown);
    assert_eq!(app.cookie(FLASH_COOKIE), None);
    check(&app.get("/cart").await, "flash: nothing; items: ");
}

#[tokio::test]
async fn a_form_that_only_flashes_and_sends_messages_redirects_to_its_page() {
    let app = served();
    let response = app.post_form("/cart?/add", &[("item", "tea"), ("stay", "on")]).await;
    assert_eq!((response.status().as_u16(), response.location()), (303, Some("/cart")));
    check(&app.get("/cart").await, "flash: Added tea.; items: tea");
}

#[tokio::test]
async fn the_browser_gets_flash_and_context_with_the_document() {
    let app = served();
    let messages = vec![codec::encode(&ShopMsg::Added("milk".to_owned())).unwrap()];
    let carried = Carried { flash: Some("<b>Hi</b>".to_owned()), messages };
    app.set_cookie(FLASH_COOKIE, &carried.to_cookie().unwrap());
    let response = app.get("/cart").await;
    check(&response, "flash: &lt;b&gt;Hi&lt;/b&gt;; items: milk");
    let bytes = flags(&response);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
    let context: Shop = codec::decode(context).unwrap();
    assert_eq!(context.browser.flash.as_deref(), Some("<b>Hi</b>"));
    assert_eq!(context.items, ["milk"]);
}

#[tokio::test]
async fn a_malformed_cookie_is_ignored_and_removed() {
    let app = served();
    let unknown =
        Carried { flash: None, messages: vec![b"\xa5Other".to_vec(), b"\x93\x01".to_vec()] };
    for value in ["%%%", "kA", &"A".repeat(4000), &unknown.to_cookie().unwrap()] {
        app.set_cookie(FLASH_COOKIE, value);
        check(&app.get("/cart").await, "flash: nothing; items: ");
        assert_eq!(app.cookie(FLASH_COOKIE), None);
    }
}

/// A cookie with a flash message and a message for an item.
fn cookie(item: &str) -> String {
    let messages = vec![codec::encode(&ShopMsg::Added(item.to_owned())).unwrap()];
    Carried { flash: Some("Saved.".to_owned()), messages }.to_cookie().unwrap()
}

/// One of the messages may be the reason for the error page.
#[tokio::test]
async fn an_error_page_shows_the_flash_message_and_drops_the_others() {
    let app = served();
    app.set_cookie(FLASH_COOKIE, &cookie("tea"));
    let response = app.get("/nowhere").await;
    assert!(response.html().contains("Saved."), "{}", response.html());
    let bytes = flags(&response);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
    assert_eq!(codec::decode::<Shop>(context).unwrap().items, [""; 0]);
    assert_eq!(app.cookie(FLASH_COOKIE), None);
    check(&app.get("/cart").await, "flash: nothing; items: ");
}

#[tokio::test]
async fn a_message_that_panics_fails_one_document() {
    let without_error_page = TestApp::new(app(Arc::default()), [Client::new(&PAGES[..2])]);
    for app in [served(), without_error_page] {
        app.set_cookie(FLASH_COOKIE, &cookie("a bug"));
        let response = app.get("/cart").await;
        assert_eq!(response.status(), 500);
        assert!(response.html().contains("Saved."), "{}", response.html());
        assert_eq!(app.cookie(FLASH_COOKIE), None);
        check(&app.get("/cart").await, "flash: nothing; items: ");
    }
}

#[tokio::test]
async fn only_a_document_that_the_visitor_sees_uses_the_cookie_up() {
    let app = served();
    app.set_cookie(FLASH_COOKIE, &cookie("tea"));
    for (name, value) in [
        ("sec-fetch-dest", "image"),
        ("sec-fetch-dest", "empty"),
        ("sec-fetch-dest", "iframe"),
        ("sec-purpose", "prefetch;prerender"),
    ] {
        check(&app.get("/cart").header(name, value).await, "flash: nothing; items: ");
        app.get("/nowhere").header(name, value).await;
        assert!(app.cookie(FLASH_COOKIE).is_some(), "{name}: {value}");
    }
    app.request(request("HEAD", "/cart", &[], "")).await;
    app.request(request("HEAD", "/nowhere", &[], "")).await;
    assert!(app.cookie(FLASH_COOKIE).is_some());
    let document = app.get("/cart").header("sec-fetch-dest", "document").await;
    check(&document, "flash: Saved.; items: tea");
    assert_eq!(app.cookie(FLASH_COOKIE), None);
}

/// Another host of the domain, or an attacker on an http connection, can set a cookie without the
/// prefix.
#[tokio::test]
async fn in_production_only_the_own_host_can_set_the_cookie() {
    let app = app(Arc::default()).environment(rally::Environment::Production);
    let app = TestApp::new(app, [Client::new(&PAGES)]);
    app.set_cookie(FLASH_COOKIE, &cookie("forged"));
    check(&app.get("/cart").await, "flash: nothing; items: ");
    let response = app.post_form("/cart?/add", &[("item", "tea")]).await;
    let cookies = response.cookies();
    let cookie = cookies.iter().find(|it| it.starts_with("__Host-__rally_flash=")).unwrap();
    assert!(cookie.contains("; Path=/; SameSite=Lax; Max-Age=60; Secure"), "{cookie}");
    check(&app.get("/cart").await, "flash: Added tea.; items: tea");
    check(&app.get("/cart").await, "flash: nothing; items: ");
}

#[tokio::test]
async fn a_message_that_is_too_large_is_not_sent() {
    let app = served();
    let response = app.post_form("/cart?/add", &[("item", &"x".repeat(2000))]).await;
    assert_eq!(response.status(), 303);
    assert_eq!(app.cookie(FLASH_COOKIE), None);
}

#[test]
fn a_simulation_shows_the_flash_and_refreshes_the_context() {
    let mut cart = Simulation::<page::Model>::start(page::Cart, ());
    cart.submit_raw("add", [("item", "tea")]);
    assert!(cart.html().contains("flash: Added tea.; items: tea"), "{}", cart.html());
    cart.send(page::Msg::Refresh);
    assert!(cart.refreshes_context());
    cart.refresh_context(Shop { items: vec!["milk".to_owned()], ..Shop::default() });
    assert!(cart.html().contains("flash: Added tea.; items: milk"), "{}", cart.html());
    assert!(!cart.refreshes_context());
}

/// Sets language and theme by the name of the account, and adds an item for each run.
async fn visit(mut visit: Visit<Arc<State>, Account>) -> Result<(Shop, Arc<Arc<State>>)> {
    match visit.identity.as_ref().map_or("", |account| &account.name) {
        "nora" => {
            visit.set_lang("nb-NO");
            visit.set_dark_mode(Some(true));
            assert_eq!((&*visit.browser.lang, visit.browser.dark_mode), ("nb", true));
        }
        "lucy" => {
            visit.set_lang("<b>");
            visit.set_dark_mode(Some(false));
        }
        "sam" => visit.set_dark_mode(None),
        // An account that has stored no theme: see the example of `Visit::set_lang`.
        "olga" => {
            let stored: Option<bool> = None;
            if let Some(dark) = stored {
                visit.set_dark_mode(Some(dark));
            }
        }
        "dora" => return Ok((Shop::default(), visit.state)),
        _ => {}
    }
    let Visit { browser, state, .. } = visit;
    let runs = {
        let mut messages = state.messages.lock().unwrap();
        messages.push("run".to_owned());
        messages.len()
    };
    let ClientContext { current_path, lang, dark_mode, .. } = &browser;
    let items = vec![format!("run {runs}"), format!("{current_path} {lang} {dark_mode}")];
    Ok((Shop { browser, items }, state))
}

fn with_session() -> TestApp {
    TestApp::new(app(Arc::default()).from_session(visit), [Client::new(&PAGES)])
}

#[tokio::test]
async fn from_session_sets_language_and_theme_of_document_and_context() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    for _ in 0..2 {
        let response = app.get("/cart").header("accept-language", "fr").await;
        assert!(response.text().contains("<html lang=\"nb\" data-theme=\"dark\">"));
        let bytes = flags(&response);
        let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
        let browser = codec::decode::<Shop>(context).unwrap().browser;
        assert_eq!((&*browser.lang, browser.dark_mode), ("nb", true));
        // The browser reads the cookies when it has hydrated the document.
        assert_eq!(app.cookie("__rally_lang").as_deref(), Some("nb"));
        assert_eq!(app.cookie("__rally_dark_mode").as_deref(), Some("1"));
    }
}

/// The language and theme of a document, and the cookies that it sets.
async fn preferences(app: &TestApp) -> (String, Vec<String>) {
    let response = app.get("/cart").header("accept-language", "fr").await;
    let text = response.text();
    let (_, html) = text.split_once("<html").unwrap();
    let (html, _) = html.split_once('>').unwrap();
    let cookies = response.cookies().into_iter().map(|cookie| cookie.to_owned());
    let cookies = cookies.filter(|cookie| cookie.starts_with("__rally")).collect();
    (html.trim().to_owned(), cookies)
}

#[tokio::test]
async fn a_choice_of_from_session_is_stored_once() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!((&*html, cookies.len()), ("lang=\"nb\" data-theme=\"dark\"", 2));
    assert_eq!(preferences(&app).await, (html, Vec::new()));
}

#[tokio::test]
async fn from_session_can_choose_the_light_theme_or_that_of_the_system() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("lucy".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!(html, "lang=\"fr\" data-theme=\"light\"");
    assert!(cookies[0].starts_with("__rally_dark_mode=0;"), "{cookies:?}");
    app.call(crate::auth::site::SignIn("sam".to_owned())).await.unwrap();
    let (html, cookies) = preferences(&app).await;
    assert_eq!(html, "lang=\"fr\"");
    assert!(cookies[0].starts_with("__rally_dark_mode=;"), "{cookies:?}");
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

/// Only a document stores the choice: the answer of a call has no cookie for it.
#[tokio::test]
async fn a_call_and_a_socket_do_not_store_the_choice_of_from_session() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("nora".to_owned())).await.unwrap();
    app.call(crate::auth::site::Who).await.unwrap();
    let mut socket = app.socket().await;
    let page = page::Cart::PAGE;
    let fresh = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
    assert_eq!(fresh.items[1], " nb true", "the context of the socket has it");
    assert_eq!(app.cookie("__rally_lang"), None);
    assert_eq!(app.cookie("__rally_dark_mode"), None);
}

#[tokio::test]
async fn a_theme_that_the_visitor_chooses_stays_if_the_account_has_stored_none() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("olga".to_owned())).await.unwrap();
    app.set_cookie("__rally_dark_mode", "1");
    for _ in 0..2 {
        let expected = ("lang=\"fr\" data-theme=\"dark\"".to_owned(), Vec::new());
        assert_eq!(preferences(&app).await, expected);
    }
}

#[tokio::test]
async fn a_default_context_keeps_the_preferences_of_the_visitor() {
    let app = with_session();
    app.call(crate::auth::site::SignIn("dora".to_owned())).await.unwrap();
    app.set_cookie("__rally_dark_mode", "1");
    app.set_cookie("__rally_lang", "de");
    let expected = ("lang=\"de\" data-theme=\"dark\"".to_owned(), Vec::new());
    assert_eq!(preferences(&app).await, expected);
    let bytes = flags(&app.get("/cart").await);
    let Some(Flags::Page { context, .. }) = Flags::read(&bytes) else { panic!() };
    let browser = codec::decode::<Shop>(context).unwrap().browser;
    assert_eq!((&*browser.lang, browser.dark_mode), ("de", true));
}

#[tokio::test]
async fn a_from_session_that_returns_the_browsers_preferences_sets_no_cookie() {
    let app = with_session();
    let response = app.get("/cart").header("accept-language", "fr").await;
    assert!(response.text().contains("<html lang=\"fr\">"), "{}", response.text());
    assert_eq!(app.cookie("__rally_lang"), None);
}

/// Asks for the context again, as the browser does.
async fn refresh(socket: &mut Socket, fingerprint: u64, page: &str) -> Result<Shop, String> {
    refresh_at(socket, fingerprint, page, ClientContext::default()).await
}

async fn refresh_at(
    socket: &mut Socket,
    fingerprint: u64,
    page: &str,
    browser: ClientContext,
) -> Result<Shop, String> {
    let body = &codec::encode(&(page.to_owned(), browser)).unwrap()[..];
    socket
        .send(
            ClientFrame::Call {
                id: 9,
                name: CONTEXT_CALL,
                fingerprint,
                page: CallPage::None,
                body,
            }
            .to_bytes(),
        )
        .await;
    match ServerFrame::read(&socket.receive().await).unwrap() {
        ServerFrame::Ok { id: 9, body } => Ok(codec::decode(body).unwrap()),
        ServerFrame::Refused { id: 9, refusal } => Err(refusal.code().to_owned()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_socket_returns_the_context_again() {
    let app = with_session();
    app.get("/cart").await;
    let mut socket = app.socket().await;
    for page in PAGES {
        let first = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
        let second = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap();
        assert_ne!(first.items, second.items);
    }
    let page = page::Cart::PAGE;
    assert_eq!(refresh(&mut socket, 1, page.name).await.unwrap_err(), "stale");
    assert_eq!(refresh(&mut socket, 1, "no page").await.unwrap_err(), "unknown");
    let response = app.request(request("POST", "/rpc", &[], "")).await;
    assert_ne!(response.status(), 200);
}

#[tokio::test]
async fn the_context_is_made_again_with_path_language_and_theme_of_now() {
    let app = with_session();
    app.get("/cart").await;
    let mut socket = app.socket().header("cookie", "__rally_lang=fr").await;
    let page = page::Cart::PAGE;
    for (current_path, lang, dark_mode, expected) in [
        ("/cart?page=2", "de", true, "/cart?page=2 de true"),
        ("//evil.example", "<script>", false, " fr false"),
        ("", "", false, " fr false"),
    ] {
        let (current_path, lang) = (current_path.to_owned(), lang.to_owned());
        let browser = ClientContext { current_path, lang, dark_mode, flash: None };
        let fresh = refresh_at(&mut socket, (page.fingerprint)(), page.name, browser).await;
        assert_eq!(fresh.unwrap().items[1], expected);
    }
}

#[tokio::test]
async fn without_from_session_there_is_no_context_to_return() {
    let mut socket = served().socket().await;
    let page = page::Cart::PAGE;
    let refused = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap_err();
    assert_eq!(refused, "not_found");
}

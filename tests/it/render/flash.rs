//! The flash message and messages to the context, across redirects and documents.

mod from_session;

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

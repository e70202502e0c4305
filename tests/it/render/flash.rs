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
        self.items.push(item);
        Effect::none()
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

#[tokio::test]
async fn an_error_page_shows_the_flash_message() {
    let app = served();
    app.post_form("/cart?/add", &[("item", "tea")]).await;
    let response = app.get("/nowhere").await;
    assert!(response.html().contains("Added tea."), "{}", response.html());
    assert_eq!(app.cookie(FLASH_COOKIE), None);
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
    cart.submit("add", [("item", "tea")]);
    assert!(cart.html().contains("flash: Added tea.; items: tea"), "{}", cart.html());
    cart.send(page::Msg::Refresh);
    assert!(cart.refreshes_context());
    cart.refresh_context(Shop { items: vec!["milk".to_owned()], ..Shop::default() });
    assert!(cart.html().contains("flash: Added tea.; items: milk"), "{}", cart.html());
    assert!(!cart.refreshes_context());
}

/// Sets language and theme by the name of the account, and adds an item for each run.
async fn visit(visit: Visit<Arc<State>, Account>) -> Result<(Shop, Arc<Arc<State>>)> {
    let Visit { identity, mut browser, state, .. } = visit;
    if let Some(account) = identity.filter(|account| account.name == "nora") {
        state.accounts.record(account.name.clone());
        browser.lang = "nb-NO".to_owned();
        browser.dark_mode = true;
    }
    let runs = {
        let mut messages = state.messages.lock().unwrap();
        messages.push("run".to_owned());
        messages.len()
    };
    Ok((Shop { browser, items: vec![format!("run {runs}")] }, state))
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

#[tokio::test]
async fn a_from_session_that_returns_the_browsers_preferences_sets_no_cookie() {
    let app = with_session();
    let response = app.get("/cart").header("accept-language", "fr").await;
    assert!(response.text().contains("<html lang=\"fr\">"), "{}", response.text());
    assert_eq!(app.cookie("__rally_lang"), None);
}

/// Asks for the context again, as the browser does.
async fn refresh(socket: &mut Socket, fingerprint: u64, page: &str) -> Result<Shop, String> {
    let body = &codec::encode(&page.to_owned()).unwrap()[..];
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
async fn without_from_session_there_is_no_context_to_return() {
    let mut socket = served().socket().await;
    let page = page::Cart::PAGE;
    let refused = refresh(&mut socket, (page.fingerprint)(), page.name).await.unwrap_err();
    assert_eq!(refused, "not_found");
}

//! Authorize functions that see the route of the page, and handlers that take the account and
//! the route of the admitted page.

use std::sync::Arc;

use rally::prelude::*;
use rally::testing::TestApp;
use rally::{Refusal, href};
use rally_core::frame::{CallPage, ServerFrame};

use super::accounts::{Account, Ledger};
use super::site::SignIn;
use crate::app::{Cx, HttpCx, State};

pub mod ticket {
    use super::*;

    rally::pages!();

    #[page("/tickets/:id", loader, authorize = may_see)]
    pub struct Ticket {
        pub id: u32,
        #[query(default)]
        pub tab: u8,
    }

    #[derive(Debug, Wire)]
    pub struct Model(String);

    #[derive(Debug)]
    pub enum Msg {
        Posted,
        Closed(Reply<Close>),
    }

    impl Page for Model {
        type Route = Ticket;
        type Msg = Msg;

        fn init(_: Ticket, text: String, _: &ClientContext) -> Self {
            Self(text)
        }

        fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
            match msg {
                Msg::Posted => Close(8).call(Msg::Closed),
                Msg::Closed(closed) => {
                    self.0 = format!("{closed:?}");
                    Effect::none()
                }
            }
        }

        fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
            rsx! {
                p { "{self.0}" }
                form { ..dispatch.raw_form("close", |_| Msg::Posted), button { "Close" } }
            }
        }
    }

    /// Everyone may see the ticket 7, and an editor every ticket except 13.
    #[server_only]
    async fn may_see(page: &Ticket, cx: &Cx, account: &Account) -> Result<bool> {
        assert_eq!(cx.page::<Ticket>()?.id, page.id);
        cx.state().accounts.record(format!("may {} see {}", account.name, page.id));
        Ok(page.id != 13 && (page.id == 7 || account.may_edit))
    }

    #[server_only]
    async fn may_close(page: &Ticket, _: &Cx, _: &Account) -> Result<bool> {
        Ok(page.tab != 1)
    }

    #[loader(page)]
    async fn load(page: Ticket, cx: &Cx, account: &Account) -> Result<String, LoadError> {
        assert_eq!(cx.page::<Ticket>()?.id, page.id);
        Ok(format!("ticket {} for {}", page.id, account.name))
    }

    /// The message names a ticket that is not the page's.
    #[derive(Debug, PartialEq, Wire)]
    pub struct Close(pub u32);

    #[server(page, authorize = may_close)]
    async fn close(_: Close, cx: &Cx, account: &Account) -> Result<String> {
        let closed = format!("{} closes {}", account.name, cx.page::<Ticket>()?.id);
        cx.state().accounts.record(closed.clone());
        Ok(closed)
    }

    #[derive(Debug, Wire)]
    pub struct CloseOverHttp;

    #[server(page, http)]
    async fn close_over_http(_: CloseOverHttp, cx: &HttpCx, account: &Account) -> Result<String> {
        Ok(format!("{} closes {}", account.name, cx.page::<Ticket>()?.id))
    }
}

/// The page at `/`, which a call without a page must not mean.
pub mod home {
    use super::*;

    rally::pages!();

    #[page("/", signed_in)]
    pub struct Home;

    #[derive(Debug, Wire)]
    pub struct Model;

    impl Page for Model {
        type Route = Home;
        type Msg = Never;

        fn init(_: Home, (): (), _: &ClientContext) -> Self {
            Self
        }

        fn view(&self, _: Dispatch<Never>, _: &ClientContext) -> Element {
            rsx! {}
        }
    }

    #[derive(Debug, Wire)]
    pub struct Leave;

    #[server(page, http)]
    async fn leave(_: Leave, cx: &HttpCx) -> Result<String> {
        cx.page::<Home>()?;
        Ok("home".to_owned())
    }
}

use home::{Home, Leave};
use ticket::{Close, CloseOverHttp, Ticket};

#[derive(Debug, Wire)]
pub struct Greet;

#[server(public)]
async fn greet(_: Greet, cx: &Cx, account: Option<&Account>) -> Result<String> {
    // A handler without `page` is not admitted to a page.
    assert!(cx.page::<Ticket>().is_err());
    Ok(account.map_or("guest", |account| &account.name).to_owned())
}

#[derive(Debug, Wire)]
pub struct Rename;

#[server(signed_in)]
async fn rename(_: Rename, _: &Cx, account: &Account) -> Result<String> {
    Ok(account.name.clone())
}

async fn app(name: &str) -> (TestApp, Arc<Ledger>) {
    let state = State::default();
    let ledger = state.accounts.clone();
    let app = TestApp::new(crate::app::app(Arc::new(state)), &[Home::PAGE, ticket::Ticket::PAGE]);
    app.call(SignIn(name.to_owned())).await.unwrap();
    ledger.log();
    (app, ledger)
}

fn page(id: u32) -> Ticket {
    Ticket { id, tab: 0 }
}

#[tokio::test]
async fn an_authorize_function_sees_the_route_of_a_document() {
    for (name, statuses) in [("ann", [200, 403, 403]), ("editor", [200, 200, 403])] {
        let (app, _) = app(name).await;
        for (id, status) in [7, 8, 13].into_iter().zip(statuses) {
            let response = app.get(&href(page(id))).await;
            assert_eq!(response.status(), status, "{name} {id}");
            let expected = format!("ticket {id} for {name}");
            assert_eq!(response.text().contains(&expected), status == 200);
        }
    }
}

#[tokio::test]
async fn an_authorize_function_sees_the_route_of_a_navigation() {
    let (app, ledger) = app("ann").await;
    let mut socket = app.socket().await;
    assert_eq!(socket.load_page(page(7)).await.unwrap(), "ticket 7 for ann");
    assert_eq!(socket.load_page(page(8)).await.unwrap_err(), Refusal::Denied);
    assert!(ledger.log().ends_with("may ann see 7, may ann see 8"));
}

#[tokio::test]
async fn a_call_on_a_socket_is_checked_with_the_page_that_the_tab_shows() {
    let (app, ledger) = app("ann").await;
    let mut socket = app.socket().await;
    assert_eq!(socket.call(Close(7)).await, Err(Failure::Denied));
    socket.show_page(page(7)).await.unwrap();
    // The message names the ticket 8, but the page that was checked is 7.
    assert_eq!(socket.call(Close(8)).await.as_deref(), Ok("ann closes 7"));
    // A call of a page that the caller may not see is not made on the page before.
    assert_eq!(socket.show_page(page(8)).await.unwrap_err(), Refusal::Denied);
    assert_eq!(socket.call(Close(8)).await, Err(Failure::Denied));
    // The rule of the page and the function of the call.
    socket.show_page(Ticket { id: 7, tab: 1 }).await.unwrap();
    ledger.log();
    assert_eq!(socket.call(Close(7)).await, Err(Failure::Denied));
    assert_eq!(ledger.log(), "may ann see 7");
}

#[tokio::test]
async fn a_posted_form_is_checked_with_its_page() {
    let (app, ledger) = app("ann").await;
    let post = async |url: &str| app.post_form(url, &[]).await.status().as_u16();
    assert_eq!(post("/tickets/7?/close").await, 303);
    assert!(ledger.log().ends_with("ann closes 7"));
    assert_eq!(post("/tickets/8?/close").await, 403);
    assert!(!ledger.log().contains("closes"));
}

#[tokio::test]
async fn a_call_over_http_is_checked_with_the_page_in_its_referer() {
    let (app, _) = app("ann").await;
    let call = async |referer: &str| {
        app.call(CloseOverHttp).header("referer", &format!("http://localhost{referer}")).await
    };
    assert_eq!(call("/tickets/7").await.as_deref(), Ok("ann closes 7"));
    assert_eq!(call("/tickets/8").await, Err(Failure::Denied));
    assert_eq!(call("/elsewhere").await, Err(Failure::Denied));
    assert_eq!(app.call(CloseOverHttp).await, Err(Failure::Denied));
}

/// The address bar, and so the header, may name the next page already.
#[tokio::test]
async fn the_page_that_a_call_over_http_names_wins_over_its_referer() {
    let (app, _) = app("ann").await;
    let call = async |id| {
        let call = app.call(CloseOverHttp).on_page(page(id));
        call.header("referer", "http://localhost/tickets/7").await
    };
    assert_eq!(call(7).await.as_deref(), Ok("ann closes 7"));
    assert_eq!(call(8).await, Err(Failure::Denied));
    let request = rally_core::effect::CallRequest::of(&CloseOverHttp).unwrap();
    for page in [CallPage::Shown(1), CallPage::At("tickets/7"), CallPage::At("//tickets/7")] {
        let response = app.post("/rpc", request.to_frame(1, page));
        let response = response.header("referer", "http://localhost/tickets/7").await;
        assert_eq!(response.status(), 403, "{page:?}");
    }
}

#[tokio::test]
async fn a_call_over_http_without_a_page_is_not_made_on_the_home_page() {
    let (app, _) = app("ann").await;
    assert_eq!(app.call(Leave).on_page(Home).await.as_deref(), Ok("home"));
    let from_home = app.call(Leave).header("referer", "http://localhost/");
    assert_eq!(from_home.await.as_deref(), Ok("home"));
    let request = rally_core::effect::CallRequest::of(&Leave).unwrap();
    let pages = ["", "tickets/7", "//", "/tickets/7", "/nowhere"].map(CallPage::At);
    for page in pages.into_iter().chain([CallPage::Shown(1)]) {
        let response = app.post("/rpc", request.to_frame(1, page)).await;
        let refusal = ServerFrame::Refused { id: 1, refusal: Refusal::OtherPage };
        assert_eq!(ServerFrame::read(response.bytes()).unwrap(), refusal, "{page:?}");
    }
    // Without any page, the call is admitted, but the handler has no page.
    assert!(matches!(app.call(Leave).await, Err(Failure::Internal { .. })));
    let guest = TestApp::new(crate::app::app(Arc::default()), &[Home::PAGE]);
    assert_eq!(guest.call(Leave).await, Err(Failure::SignedOut));
}

#[tokio::test]
async fn a_handler_takes_the_account() {
    let (app, _) = app("ann").await;
    assert_eq!(app.call(Rename).await.as_deref(), Ok("ann"));
    assert_eq!(app.call(Greet).await.as_deref(), Ok("ann"));
    let guest = TestApp::new(crate::app::app(Arc::new(State::default())), &[]);
    assert_eq!(guest.call(Greet).await.as_deref(), Ok("guest"));
    assert_eq!(guest.call(Rename).await, Err(Failure::SignedOut));
}

//! `from_session`: the client context and the state of a visitor.

use std::sync::Arc;

use rally::Visit;
use rally::prelude::*;
use rally::testing::TestApp;
use rally_core::codec::decode;
use rally_core::flags::Flags;
use site::Site;

use super::site::SignIn;
use crate::app::{PAGES, State, app};
use crate::auth::accounts::{Account, Ledger};

async fn visit(visit: Visit<Arc<State>, Account>) -> Result<(Site, Arc<Arc<State>>)> {
    let (session, hostname) = (visit.session, visit.hostname);
    let name = visit.identity.map_or("nobody".to_owned(), |account| account.name.clone());
    visit.state.accounts.record(format!("{name} at {hostname}{}", visit.browser.current_path));
    let site =
        Site { browser: visit.browser, added: vec![name, session.to_string()], ..Site::default() };
    Ok((site, visit.state))
}

fn started() -> (TestApp, Arc<Ledger>) {
    let state = Arc::new(State::default());
    let ledger = state.accounts.clone();
    (TestApp::new(app(state).from_session(visit), site::pages::ALL), ledger)
}

#[tokio::test]
async fn the_page_and_the_flags_share_one_client_context() {
    let (app, ledger) = started();
    app.call(SignIn("ann".to_owned())).await.unwrap();
    ledger.log();
    let response = app.get("/?a=b").header("host", "Shop.example:80").await;
    assert_eq!(ledger.log(), "resolve, ann at shop.example/?a=b");
    let session = app.cookie("rally_session").unwrap();
    let added = format!("<p id=\"added\">ann, {session}</p>");
    assert!(response.html().contains(&added), "{response:?}");
    let flags = crate::app::flags(&response);
    let Some(Flags::Page { context, .. }) = Flags::read(&flags) else { panic!("no page") };
    let context: Site = decode(context).unwrap();
    assert_eq!(context.added, ["ann".to_owned(), session]);
    assert_eq!(context.browser.current_path, "/?a=b");
}

#[tokio::test]
async fn a_guest_gets_a_session_with_the_first_document() {
    let (app, _) = started();
    let html = app.get("/").await.html();
    let session = app.cookie("rally_session").unwrap();
    assert!(html.contains(&format!("<p id=\"added\">nobody, {session}</p>")), "{html}");
}

#[tokio::test]
async fn a_call_and_a_socket_have_no_path() {
    let (app, ledger) = started();
    app.call(SignIn("ann".to_owned())).await.unwrap();
    assert_eq!(ledger.log(), "resolve, nobody at localhost");
    let mut socket = app.socket().await;
    socket.call(super::site::Pay(1)).await.unwrap();
    assert!(ledger.log().starts_with("resolve, ann at localhost"));
}

#[test]
#[should_panic(expected = "`from_session` returns the client context `site::Site`, but the pages \
                           have `rally_core::context::ClientContext`")]
fn a_from_session_with_another_client_context_fails_at_boot() {
    TestApp::new(app(Arc::new(State::default())).from_session(visit), PAGES);
}

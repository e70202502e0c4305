//! The caller of a socket: authenticated when it opens, cached, and
//! authenticated again.

use std::time::Duration;

use rally::prelude::*;
use rally::testing::Socket;
use rally::{Call, Refusal};
use rally_core::call::call_fingerprint;
use rally_core::effect::CallRequest;
use rally_core::frame::{CallPage, ClientFrame, RequestId, ServerFrame};

use super::site::{
    Edit, Pay, Publish, SignIn, SignOut, Who, draft, guarded, hidden, open, orders, signed_in,
    site, vault,
};
use crate::auth::accounts::Service;

const FOUND: &str = "resolve, from_session of editor at localhost";

/// A call with a message that cannot be decoded. A caller that passes the guard
/// gets the error for it.
fn unreadable<C: Call>(id: u32) -> Vec<u8> {
    let fingerprint = call_fingerprint::<C>();
    ClientFrame::Call { id, name: C::NAME, fingerprint, page: CallPage::None, body: b"\xc1" }
        .to_bytes()
}

/// A call that was made on the page of an earlier report.
fn call_on<C: Call>(id: RequestId, page: RequestId, message: &C) -> Vec<u8> {
    CallRequest::of(message).unwrap().to_frame(id, CallPage::Shown(page))
}

fn show(id: RequestId, entry: &rally::PageEntry, url: &str) -> Vec<u8> {
    let (page, fingerprint) = (entry.name, (entry.fingerprint)());
    ClientFrame::PageShown { id, page, fingerprint, url }.to_bytes()
}

async fn refused(socket: &mut Socket, frame: Vec<u8>) -> Refusal {
    socket.send(frame).await;
    match ServerFrame::read(&socket.receive().await).unwrap() {
        ServerFrame::Refused { refusal, .. } => refusal,
        other => panic!("a refusal was expected: {other:?}"),
    }
}

fn sign_in_from(path: &str) -> Refusal {
    Refusal::SignIn { url: format!("/sign-in?return_to={path}") }
}

async fn minutes(minutes: u64) {
    tokio::time::advance(Duration::from_secs(60 * minutes)).await;
}

/// Advances the clock by half an hour. The socket pings, because a silent
/// socket is closed.
async fn half_an_hour(socket: &mut Socket) {
    for _ in 0..30 {
        socket.send(ClientFrame::Ping.to_bytes()).await;
        socket.receive().await;
        minutes(1).await;
    }
}

#[tokio::test]
async fn a_socket_is_authenticated_once_for_all_messages() {
    let (app, ledger) = signed_in("editor").await;
    let mut socket = app.socket().await;
    for _ in 0..3 {
        assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
    }
    socket.show_page(open::Route { tab: 0 }).await.unwrap();
    let calls = ["pay for editor"; 3].join(", ");
    assert_eq!(ledger.log(), format!("{FOUND}, {calls}"));
}

#[tokio::test]
async fn a_socket_is_authenticated_when_it_opens() {
    let (app, ledger) = signed_in("editor").await;
    let _socket = app.socket().await;
    // Authentication has finished before the next message is answered.
    while ledger.entries().log.len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(ledger.log(), FOUND);
}

#[tokio::test]
async fn the_guard_decides_before_the_message_is_decoded() {
    for (name, expected) in [
        ("", ["malformed", "sign_in", "denied", "sign_in"]),
        ("ann", ["malformed", "malformed", "denied", "denied"]),
        ("editor", ["malformed"; 4]),
        ("half", ["malformed", "sign_in", "denied", "sign_in"]),
    ] {
        let (app, ledger) = if name.is_empty() { site() } else { signed_in(name).await };
        let mut socket = app.socket().await;
        let calls = [
            unreadable::<Who>(1),
            unreadable::<Pay>(2),
            unreadable::<Edit>(3),
            unreadable::<Publish>(4),
        ];
        for (call, expected) in calls.into_iter().zip(expected) {
            assert_eq!(refused(&mut socket, call).await.code(), expected, "{name}");
        }
        assert_eq!(ledger.entries().violations, 0);
    }
}

#[tokio::test]
async fn the_url_of_the_sign_in_page_names_the_page_to_return_to() {
    let (app, _) = site();
    let mut socket = app.socket().await;
    assert_eq!(refused(&mut socket, unreadable::<Pay>(100)).await, sign_in_from("/"));
    socket.show_page(open::Route { tab: 3 }).await.unwrap();
    assert_eq!(refused(&mut socket, unreadable::<Pay>(101)).await, sign_in_from("/open?tab=3"));
    let refused = socket.load_page(orders::Route { tab: 7 }).await.unwrap_err();
    assert_eq!(refused, sign_in_from("/orders?tab=7"));
    assert_eq!(socket.show_page(guarded::Guarded).await, Err(sign_in_from("/guarded")));
}

#[tokio::test]
async fn loading_and_showing_a_page_obeys_its_access_rule() {
    for (name, expected) in [
        ("", ["ok", "sign_in", "denied", "sign_in", "sign_in"]),
        ("ann", ["ok", "ok", "denied", "denied", "denied"]),
        ("editor", ["ok"; 5]),
    ] {
        let (app, ledger) = if name.is_empty() { site() } else { signed_in(name).await };
        let mut socket = app.socket().await;
        let code = |response: Option<Refusal>| response.map_or("ok", |refusal| refusal.code());
        let entered = [
            socket.load_page(open::Route { tab: 0 }).await.err(),
            socket.load_page(orders::Route { tab: 0 }).await.err(),
            socket.load_page(draft::Route { tab: 0 }).await.err(),
            socket.load_page(vault::Route { tab: 0 }).await.err(),
            socket.load_page(hidden::Route { tab: 0 }).await.err(),
        ];
        assert_eq!(entered.map(code), expected, "{name}");
        ledger.log();
        let shown = [
            socket.show_page(open::Route { tab: 0 }).await.err(),
            socket.show_page(orders::Route { tab: 0 }).await.err(),
            socket.show_page(draft::Route { tab: 0 }).await.err(),
            socket.show_page(vault::Route { tab: 0 }).await.err(),
            socket.show_page(hidden::Route { tab: 0 }).await.err(),
        ];
        assert_eq!(shown.map(code), expected, "{name}");
        assert!(!ledger.log().contains("load"), "a page that is shown has its data");
        assert_eq!(ledger.entries().violations, 0);
    }
}

#[tokio::test]
async fn a_call_of_a_page_is_refused_on_every_other_page() {
    let (app, ledger) = signed_in("editor").await;
    let mut socket = app.socket().await;
    let other = Refusal::OtherPage;
    // No page is shown yet.
    assert_eq!(refused(&mut socket, unreadable::<orders::OfPage>(100)).await, other);
    socket.show_page(open::Route { tab: 0 }).await.unwrap();
    assert_eq!(refused(&mut socket, unreadable::<orders::OfPage>(101)).await, other);
    assert_eq!(socket.call(orders::OfPage(1)).await, Err(Failure::Denied));
    assert_eq!(socket.call(open::OfPage(1)).await, Ok("editor".to_owned()));
    socket.show_page(orders::Route { tab: 0 }).await.unwrap();
    assert_eq!(socket.call(orders::OfPage(1)).await, Ok("editor".to_owned()));
    assert_eq!(socket.call(open::OfPage(1)).await, Err(Failure::Denied));
    assert!(!ledger.log().contains("of_page for nobody"));
}

/// This is true for a public page too, because the rule is not about rights.
#[tokio::test]
async fn a_guest_may_call_from_the_public_page_that_is_shown() {
    let (app, _) = site();
    let mut socket = app.socket().await;
    assert_eq!(socket.call(open::OfPage(1)).await, Err(Failure::Denied));
    socket.show_page(open::Route { tab: 0 }).await.unwrap();
    assert_eq!(socket.call(open::OfPage(1)).await, Ok("nobody".to_owned()));
    assert_eq!(socket.call(orders::OfPage(1)).await, Err(Failure::Denied));
}

#[tokio::test]
async fn a_page_that_is_refused_leaves_the_previous_page_to_the_calls_made_on_it() {
    let (app, _) = signed_in("ann").await;
    let mut socket = app.socket().await;
    socket.send(show(100, &orders::Route::PAGE, "/orders?tab=5")).await;
    socket.receive().await;
    assert_eq!(
        refused(&mut socket, show(101, &draft::Route::PAGE, "/draft")).await,
        Refusal::Denied
    );
    socket.send(call_on(102, 100, &orders::OfPage(1))).await;
    assert_eq!(socket.reply::<orders::OfPage>(102).await, Ok("ann".to_owned()));
    // The tab shows the refused page, so its calls name that one.
    let of_orders = call_on(103, 101, &orders::OfPage(1));
    assert_eq!(refused(&mut socket, of_orders).await, Refusal::OtherPage);
    let of_draft = call_on(104, 101, &draft::OfPage(1));
    assert_eq!(refused(&mut socket, of_draft).await, Refusal::OtherPage);
    // A page that is only loaded, or that does not exist, does not change the
    // page that is shown either.
    socket.load_page(open::Route { tab: 0 }).await.unwrap();
    let page =
        ClientFrame::PageShown { id: 105, page: "it::nowhere", fingerprint: 1, url: "/nowhere" };
    assert_eq!(refused(&mut socket, page.to_bytes()).await, Refusal::Unknown);
    socket.send(call_on(106, 100, &orders::OfPage(1))).await;
    assert_eq!(socket.reply::<orders::OfPage>(106).await, Ok("ann".to_owned()));
    let of_nowhere = call_on(107, 105, &orders::OfPage(1));
    assert_eq!(refused(&mut socket, of_nowhere).await, Refusal::OtherPage);
}

/// The frame of a report may be lost or too long, so that a call names another report.
#[tokio::test]
async fn a_call_that_names_no_page_or_another_report_is_refused() {
    let (app, _) = signed_in("ann").await;
    let mut socket = app.socket().await;
    socket.send(show(100, &orders::Route::PAGE, "/orders?tab=1")).await;
    socket.receive().await;
    let request = CallRequest::of(&orders::OfPage(1)).unwrap();
    for page in [CallPage::None, CallPage::Shown(99), CallPage::At("/orders?tab=1")] {
        assert_eq!(refused(&mut socket, request.to_frame(101, page)).await, Refusal::OtherPage);
    }
    // The same page under another URL may be another record.
    socket.send(show(102, &orders::Route::PAGE, "/orders?tab=2")).await;
    socket.receive().await;
    let earlier = call_on(103, 100, &orders::OfPage(1));
    assert_eq!(refused(&mut socket, earlier).await, Refusal::OtherPage);
    socket.send(call_on(104, 102, &orders::OfPage(1))).await;
    assert_eq!(socket.reply::<orders::OfPage>(104).await, Ok("ann".to_owned()));
    // A call without `page` needs no page.
    assert_eq!(socket.call(Pay(1)).await, Ok("ann".to_owned()));
}

#[tokio::test]
async fn messages_after_a_page_wait_for_it() {
    let (app, _) = signed_in("ann").await;
    let mut socket = app.socket().await;
    // All frames are sent before the first is answered.
    socket.send(show(100, &orders::Route::PAGE, "/orders")).await;
    socket.send(call_on(1, 100, &orders::OfPage(1))).await;
    socket.send(show(101, &draft::Route::PAGE, "/draft")).await;
    socket.send(call_on(2, 100, &orders::OfPage(1))).await;
    socket.send(show(102, &open::Route::PAGE, "/open")).await;
    socket.send(call_on(3, 100, &orders::OfPage(1))).await;
    assert_eq!(socket.reply::<orders::OfPage>(1).await, Ok("ann".to_owned()));
    // The next page is refused.
    assert_eq!(socket.reply::<orders::OfPage>(2).await, Ok("ann".to_owned()));
    assert_eq!(socket.reply::<orders::OfPage>(3).await, Err(Failure::Denied));
}

#[tokio::test]
async fn a_call_for_http_is_refused_on_a_socket_before_it_is_decoded() {
    let (app, ledger) = signed_in("ann").await;
    let mut socket = app.socket().await;
    assert_eq!(refused(&mut socket, unreadable::<SignIn>(1)).await, Refusal::OverHttp);
    assert_eq!(refused(&mut socket, unreadable::<SignOut>(2)).await, Refusal::OverHttp);
    assert_eq!(socket.call(Pay(1)).await, Ok("ann".to_owned()));
    assert!(!ledger.log().contains("sign"));
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_authenticated_again_after_more_than_1800_seconds() {
    let (app, ledger) = signed_in("editor").await;
    let mut socket = app
        .socket()
        .header("host", "Shop.example:80")
        .header("origin", "http://shop.example:80")
        .await;
    let at_shop = "resolve, from_session of editor at shop.example";
    assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
    assert_eq!(ledger.log(), format!("{at_shop}, pay for editor"));
    half_an_hour(&mut socket).await;
    // Exactly 1800 seconds.
    assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
    assert_eq!(ledger.log(), "pay for editor");
    tokio::time::advance(Duration::from_secs(1)).await;
    // The hostname of the handshake is kept.
    assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
    assert_eq!(ledger.log(), format!("{at_shop}, pay for editor"));
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_message_authenticates_again() {
    let (app, ledger) = signed_in("editor").await;
    let mut socket = app.socket().await;
    socket.call(Pay(1)).await.unwrap();
    for what in ["show", "enter"] {
        half_an_hour(&mut socket).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        ledger.log();
        match what {
            "show" => socket.show_page(orders::Route { tab: 0 }).await.unwrap(),
            _ => drop(socket.load_page(orders::Route { tab: 0 }).await.unwrap()),
        }
        assert!(ledger.log().starts_with(FOUND), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_removed_account_is_anonymous_after_half_an_hour() {
    let (app, ledger) = signed_in("ann").await;
    let mut socket = app.socket().await;
    assert_eq!(socket.call(Pay(1)).await, Ok("ann".to_owned()));
    ledger.entries().known.clear();
    assert_eq!(socket.call(Pay(1)).await, Ok("ann".to_owned()));
    half_an_hour(&mut socket).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(socket.call(Pay(1)).await, Err(Failure::SignedOut));
}

#[tokio::test]
async fn a_sign_out_in_one_tab_takes_effect_in_the_other_before_its_next_message() {
    let (app, ledger) = signed_in("ann").await;
    let mut other_tab = app.socket().await;
    other_tab.show_page(orders::Route { tab: 0 }).await.unwrap();
    assert_eq!(other_tab.call(Pay(1)).await, Ok("ann".to_owned()));
    app.call(SignOut).await.unwrap();
    let response = refused(&mut other_tab, unreadable::<Pay>(100)).await;
    assert_eq!(response, sign_in_from("/orders"));
    assert_eq!(other_tab.call(orders::OfPage(1)).await, Err(Failure::SignedOut));
    assert_eq!(other_tab.load_page(orders::Route { tab: 0 }).await, Err(sign_in_from("/orders")));
    assert_eq!(other_tab.call(Who).await.unwrap().name, "nobody");
    assert_eq!(ledger.entries().violations, 0);
}

#[tokio::test]
async fn sockets_of_the_old_session_are_anonymous_after_a_sign_in() {
    let (app, _) = signed_in("ann").await;
    let mut old_tab = app.socket().await;
    assert_eq!(old_tab.call(Pay(1)).await, Ok("ann".to_owned()));
    let old = app.cookie("rally_session").unwrap();
    app.call(SignIn("bob".to_owned())).await.unwrap();
    let mut new_tab = app.socket().await;
    assert_eq!(new_tab.call(Pay(1)).await, Ok("bob".to_owned()));
    assert_eq!(old_tab.call(Pay(1)).await, Err(Failure::SignedOut));
    let seen = old_tab.call(Who).await.unwrap();
    assert_eq!((&*seen.name, seen.session), ("nobody", old));
}

#[tokio::test]
async fn while_the_identity_service_is_down_a_socket_answers_public_calls() {
    let (app, ledger) = signed_in("editor").await;
    for service in [Service::Down, Service::Panics] {
        ledger.set_service(service);
        let mut socket = app.socket().await;
        let seen = socket.call(Who).await.unwrap();
        assert_eq!((&*seen.name, &*seen.tenant), ("nobody", "localhost"));
        socket.load_page(open::Route { tab: 0 }).await.unwrap();
        socket.show_page(open::Route { tab: 0 }).await.unwrap();
        let denied = Refusal::Denied;
        assert_eq!(refused(&mut socket, unreadable::<Pay>(100)).await, denied);
        assert_eq!(refused(&mut socket, unreadable::<Edit>(101)).await, denied);
        assert_eq!(socket.load_page(orders::Route { tab: 0 }).await.unwrap_err(), denied);
        assert_eq!(socket.call(open::OfPage(1)).await, Ok("nobody".to_owned()));
        assert_eq!(socket.show_page(vault::Route { tab: 0 }).await.unwrap_err(), denied);
        assert_eq!(socket.call(open::OfPage(1)).await, Err(Failure::Denied));
        ledger.set_service(Service::Up);
        // The next message authenticates again.
        assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
        socket.show_page(vault::Route { tab: 0 }).await.unwrap();
        assert_eq!(ledger.entries().violations, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_second_authentication_removes_only_the_identity() {
    let (app, ledger) = signed_in("editor").await;
    let mut socket =
        app.socket().header("host", "shop.example").header("origin", "http://shop.example").await;
    socket.show_page(orders::Route { tab: 0 }).await.unwrap();
    half_an_hour(&mut socket).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    ledger.set_service(Service::Down);
    ledger.log();
    assert_eq!(socket.call(Pay(1)).await, Err(Failure::Denied));
    assert_eq!(socket.call(orders::OfPage(1)).await, Err(Failure::Denied));
    // Each message tries again.
    let anew = "resolve, from_session of nobody at shop.example";
    assert_eq!(ledger.log(), format!("{anew}, {anew}"));
    ledger.set_service(Service::Up);
    assert_eq!(socket.call(orders::OfPage(1)).await, Ok("editor".to_owned()));
    assert_eq!(ledger.log(), "resolve, from_session of editor at shop.example, of_page for editor");
}

#[tokio::test]
async fn a_from_session_that_fails_refuses_messages_until_it_succeeds() {
    let (app, ledger) = signed_in("editor").await;
    for service in [Service::Down, Service::Panics] {
        ledger.entries().from_session = service;
        let mut socket = app.socket().await;
        ledger.log();
        for call in [unreadable::<Who>(100), unreadable::<Pay>(101)] {
            let refusal = refused(&mut socket, call).await;
            let Refusal::Internal { trace_id } = refusal else { panic!("{refusal:?}") };
            assert!(trace_id.contains('-') && !trace_id.contains("secret"));
        }
        ledger.entries().from_session = Service::Up;
        assert_eq!(socket.call(Pay(1)).await, Ok("editor".to_owned()));
    }
}

#[tokio::test]
async fn an_authorize_function_that_fails_answers_no_call() {
    for name in ["editor-whose-rights-are-lost", "editor-of-a-bug"] {
        let (app, ledger) = signed_in(name).await;
        let mut socket = app.socket().await;
        let refusal = refused(&mut socket, unreadable::<Edit>(1)).await;
        assert!(matches!(refusal, Refusal::Internal { .. }), "{refusal:?}");
        let refusal = socket.show_page(draft::Route { tab: 0 }).await.unwrap_err();
        assert!(matches!(refusal, Refusal::Internal { .. }), "{refusal:?}");
        assert!(!ledger.log().contains("edit for"));
    }
}

//! Calls with access rules, over HTTP.

use std::time::Duration;

use rally::prelude::*;
use rally::testing::{Multipart, TestApp};
use rally::{Call, Refusal};
use rally_core::call::call_fingerprint;
use rally_core::frame::{CallPage, ClientFrame, ServerFrame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::site::{
    self, Edit, Pay, Publish, SignIn, Who, draft, hidden, open, orders, signed_in, vault,
};
use crate::auth::accounts::{SECRET, Service};
use crate::render::forms::send_whole;

async fn refused(app: &TestApp, frame: Vec<u8>) -> (u16, Option<Refusal>) {
    let response = app.post("/rpc", frame).await;
    let refusal = match ServerFrame::read(response.bytes()).unwrap() {
        ServerFrame::Refused { refusal, .. } => Some(refusal),
        _ => None,
    };
    assert!(response.status() == 200 || response.cookies().is_empty());
    (response.status().as_u16(), refusal)
}

/// A call with a message that cannot be decoded. A caller that passes the guard
/// gets the error for it.
fn unreadable<C: Call>() -> Vec<u8> {
    let fingerprint = call_fingerprint::<C>();
    ClientFrame::Call { id: 1, name: C::NAME, fingerprint, page: CallPage::None, body: b"\xc1" }
        .to_bytes()
}

/// The status code of each call, in the order of the table below.
async fn statuses(app: &TestApp) -> [u16; 9] {
    let mut found = [0; 9];
    let calls = [
        unreadable::<Who>(),
        unreadable::<Pay>(),
        unreadable::<Edit>(),
        unreadable::<Publish>(),
        unreadable::<open::OfPage>(),
        unreadable::<orders::OfPage>(),
        unreadable::<draft::OfPage>(),
        unreadable::<vault::OfPage>(),
        unreadable::<hidden::OfPage>(),
    ];
    for (found, call) in found.iter_mut().zip(calls) {
        *found = refused(app, call).await.0;
    }
    found
}

#[tokio::test]
async fn the_guard_decides_before_the_message_is_decoded() {
    for (name, expected) in [
        // Calls: public, signed_in, authorize, both. Calls of pages: no rule,
        // signed_in, authorize, both, the rule of the loader.
        ("", [400, 401, 403, 401, 400, 401, 403, 401, 401]),
        ("ann", [400, 400, 403, 403, 400, 400, 403, 403, 403]),
        ("editor", [400; 9]),
        ("half", [400, 401, 403, 401, 400, 401, 403, 401, 401]),
        ("editor-half", [400, 401, 403, 401, 400, 401, 403, 401, 401]),
    ] {
        let (app, _) = if name.is_empty() { site::site() } else { signed_in(name).await };
        assert_eq!(statuses(&app).await, expected, "{name}");
    }
}

#[tokio::test]
async fn an_allowed_call_is_answered() {
    let (app, ledger) = signed_in("editor").await;
    for response in [
        app.call(Pay(1)).await,
        app.call(Edit(1)).await,
        app.call(Publish(1)).await,
        app.call(orders::OfPage(1)).await,
        app.call(vault::OfPage(1)).await,
    ] {
        assert_eq!(response, Ok("editor".to_owned()));
    }
    assert_eq!(ledger.entries().violations, 0);
}

#[tokio::test]
async fn a_guest_is_told_to_sign_in_and_others_are_denied() {
    let (app, ledger) = site::site();
    let url = "/sign-in?return_to=/".to_owned();
    assert_eq!(refused(&app, unreadable::<Pay>()).await.1, Some(Refusal::SignIn { url }));
    assert_eq!(refused(&app, unreadable::<Edit>()).await.1, Some(Refusal::Denied));
    assert_eq!(app.call(Pay(1)).await, Err(Failure::SignedOut));
    assert_eq!(app.call(Edit(1)).await, Err(Failure::Denied));
    assert!(!ledger.log().contains("may"));

    // The browser names its page in `Referer`.
    let referer = "http://localhost/orders?tab=7";
    let response = app.call(Pay(1)).header("referer", referer).response().await;
    let url = "/sign-in?return_to=/orders?tab=7".to_owned();
    let refusal = ServerFrame::Refused { id: 1, refusal: Refusal::SignIn { url } };
    assert_eq!(ServerFrame::read(response.bytes()).unwrap(), refusal);
}

#[tokio::test]
async fn the_guard_runs_its_steps_in_order() {
    let (app, ledger) = signed_in("editor").await;
    app.call(Publish(1)).await.unwrap();
    let all = "resolve, from_session of editor at localhost, may editor edit at localhost, publish for editor";
    assert_eq!(ledger.log(), all);
    let (app, ledger) = signed_in("half").await;
    app.call(Publish(1)).await.unwrap_err();
    assert_eq!(ledger.log(), "resolve");
}

#[tokio::test]
async fn unknown_and_stale_calls_are_refused_without_authentication() {
    let (app, ledger) = site::site();
    let call = |name, fingerprint| ClientFrame::Call {
        id: 1,
        name,
        fingerprint,
        page: CallPage::None,
        body: b"\xc0",
    };
    let unknown = call("it::nothing", 1).to_bytes();
    assert_eq!(refused(&app, unknown).await, (400, Some(Refusal::Unknown)));
    let stale = call(Pay::NAME, 1).to_bytes();
    assert_eq!(refused(&app, stale).await, (409, Some(Refusal::Stale)));
    assert_eq!(ledger.log(), "");
}

#[tokio::test]
async fn while_the_identity_service_is_down_every_call_is_500() {
    let (app, ledger) = signed_in("editor").await;
    for service in [Service::Down, Service::Panics] {
        ledger.set_service(service);
        assert_eq!(statuses(&app).await, [500; 9]);
        let response = app.call(Who).response().await;
        assert!(!response.text().contains("secret"), "{response:?}");
        assert!(!ledger.log().contains("from_session"));
    }
    ledger.set_service(Service::Up);
    assert_eq!(statuses(&app).await, [400; 9]);
}

#[tokio::test]
async fn handlers_see_the_identity_and_the_state_of_from_session() {
    let (app, _) = signed_in("ann").await;
    let seen = app
        .call(Who)
        .header("host", "Shop.example:8080")
        .header("origin", "http://shop.example:8080");
    let seen = seen.await.unwrap();
    assert_eq!(
        (&*seen.name, &*seen.tenant, &*seen.hostname),
        ("ann", "shop.example", "shop.example")
    );
    assert_eq!(Some(seen.session), app.cookie("rally_session"));
}

#[tokio::test]
async fn a_client_without_cookies_is_authenticated_by_its_token() {
    let (app, ledger) = site::site();
    ledger.add("Bearer abc", "ann");
    assert_eq!(app.call(Pay(1)).header("authorization", "Bearer abc").await, Ok("ann".to_owned()));
    for token in ["Bearer abd", "Bearer", "Bearer ", "bearer\tabc"] {
        let response = app.call(Pay(1)).header("authorization", token).await;
        assert_eq!(response, Err(Failure::SignedOut), "{token}");
    }
    let response = app.get("/orders").header("authorization", "bearer abc").await;
    assert!(response.html().contains("for ann"));
    let mut socket = app.socket().header("authorization", "Bearer abc").await;
    assert_eq!(socket.call(Pay(1)).await, Ok("ann".to_owned()));
}

/// Otherwise a page could act for its visitor with a token that the page does
/// not know.
#[tokio::test]
async fn a_token_takes_precedence_over_cookies() {
    let (app, ledger) = signed_in("ann").await;
    assert_eq!(app.call(Pay(1)).await, Ok("ann".to_owned()));
    let response = app.call(Pay(1)).header("authorization", "Bearer abc").await;
    assert_eq!(response, Err(Failure::SignedOut));
    ledger.add("Bearer abc", "bob");
    let response = app.call(Pay(1)).header("authorization", "Bearer abc").await;
    assert_eq!(response, Ok("bob".to_owned()));
    // Other schemes are ignored.
    let response = app.call(Pay(1)).header("authorization", "Basic YTpi").await;
    assert_eq!(response, Ok("ann".to_owned()));
}

#[tokio::test]
async fn the_identity_stays_on_the_server() {
    let (app, _) = signed_in("editor").await;
    for response in
        [app.call(Who).response().await, app.call(SignIn("a".to_owned())).response().await]
    {
        assert!(
            !response.text().contains(SECRET)
                && !format!("{:?}", response.headers()).contains(SECRET)
        );
    }
}

/// A browser sends the whole body before it reads the response, and would see a
/// reset connection.
#[tokio::test]
async fn the_body_of_a_refused_call_with_files_is_read_to_the_end() {
    let (app, _) = site::site();
    let call = "content-disposition: form-data; name=\"call\"";
    let form = Multipart::new().part(call, &unreadable::<Pay>());
    let (kind, body) = form.file("file-0", "a", "", vec![7; 5_000_000]).into_body();
    let response = send_whole(app.connect(), "/rpc", &kind, &body).await;
    assert!(response.starts_with("HTTP/1.1 401"), "{response}");
}

/// An upload may take hours.
#[tokio::test(start_paused = true)]
async fn a_call_whose_session_signs_out_during_the_upload_is_refused() {
    let (app, ledger) = site::site();
    ledger.add("Bearer t", "ann");
    let call = "content-disposition: form-data; name=\"call\"";
    let form = Multipart::new().part(call, &unreadable::<Pay>()).file("file-0", "a", "", "bytes");
    let (kind, body) = form.into_body();
    for (is_out, status) in [(false, "400"), (true, "401")] {
        let length = body.len();
        let head = format!(
            "POST /rpc HTTP/1.1\r\nhost: a\r\nauthorization: Bearer t\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\n\r\n"
        );
        let mut connection = app.connect();
        connection.write_all(head.as_bytes()).await.unwrap();
        connection.write_all(&body[..length - 20]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(ledger.log().contains("resolve"));
        if is_out {
            ledger.remove("Bearer t");
        }
        connection.write_all(&body[length - 20..]).await.unwrap();
        let mut response = [0; 12];
        connection.read_exact(&mut response).await.unwrap();
        assert_eq!(std::str::from_utf8(&response).unwrap(), format!("HTTP/1.1 {status}"));
    }
}

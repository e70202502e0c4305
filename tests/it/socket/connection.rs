//! Frames on a socket, and the handshake.

use rally_core::frame::{ClientFrame, Refusal, ServerFrame};

use crate::app::{receive, test_app};

fn refused(frame: ServerFrame<'_>) -> (u32, Refusal) {
    match frame {
        ServerFrame::Refused { id, refusal } => (id, refusal),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn the_data_of_a_page_is_loaded_or_refused() {
    let app = test_app();
    let mut socket = app.socket().await;
    let entry = crate::app::PAGES[0];
    let enter = |id, url| ClientFrame::LoadPage {
        id,
        page: entry.name,
        fingerprint: (entry.fingerprint)(),
        url,
    };
    socket.send(enter(1, "/notes/1?tone=9").to_bytes()).await;
    let body = b"\xa6tone 9";
    receive(&mut socket, |frame| assert_eq!(frame, ServerFrame::Ok { id: 1, body })).await;

    for (id, url, expected) in [
        (2, "/notes/3", Refusal::Redirect { url: "/notes/1?tone=7".to_owned() }),
        (3, "/notes/4", Refusal::Denied),
        (4, "/notes/9", Refusal::NotFound),
        (5, "/nowhere", Refusal::NotFound),
        (6, "/plain", Refusal::Stale),
    ] {
        socket.send(enter(id, url).to_bytes()).await;
        assert_eq!(receive(&mut socket, refused).await, (id, expected));
    }
    for (id, url) in [(7, "/notes/5"), (8, "/notes/6")] {
        socket.send(enter(id, url).to_bytes()).await;
        let (got, refusal) = receive(&mut socket, refused).await;
        assert!(got == id && matches!(refusal, Refusal::Internal { .. }), "{refusal:?}");
    }
}

#[tokio::test]
async fn loading_a_page_of_another_version_is_stale() {
    let mut socket = test_app().socket().await;
    let entry = crate::app::PAGES[0];
    let url = "/notes/1";
    let enter = ClientFrame::LoadPage { id: 1, page: entry.name, fingerprint: 1, url };
    socket.send(enter.to_bytes()).await;
    assert_eq!(receive(&mut socket, refused).await, (1, Refusal::Stale));
}

#[tokio::test]
async fn a_ping_is_answered() {
    let mut socket = test_app().socket().await;
    socket.send(ClientFrame::Ping.to_bytes()).await;
    receive(&mut socket, |frame| assert_eq!(frame, ServerFrame::Pong)).await;
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_open_a_socket() {
    let app = test_app();
    assert!(app.socket().open().await.is_ok());
    assert!(app.native_client().socket().open().await.is_ok());
    for origin in ["http://evil.example", "https://localhost.evil.example", "null", "http://"] {
        let refused = app.socket().header("origin", origin).open().await.err();
        assert_eq!(refused.unwrap().status(), 403, "{origin}");
    }
}

#[tokio::test]
async fn a_request_for_the_socket_without_an_upgrade_is_refused() {
    let response = test_app().get("/_rally/socket").await;
    assert_eq!(response.status().as_u16(), 400);
}

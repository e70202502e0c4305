//! The socket: frames in, frames out, whatever comes.

use rally_core::frame::{ClientFrame, MAX_FRAME, Refusal, ServerFrame};

use crate::app::{Echo, TestApp, Wait};

fn refused(frame: ServerFrame<'_>) -> (u32, Refusal) {
    match frame {
        ServerFrame::Refused { id, refusal } => (id, refusal),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

#[tokio::test]
async fn a_page_asks_for_its_data() {
    let app = TestApp::new();
    let mut socket = app.socket().await;
    let entry = crate::app::PAGES[0];
    let enter = |id, url| ClientFrame::Enter {
        id,
        page: entry.name,
        fingerprint: (entry.fingerprint)(),
        url,
    };
    socket.send(enter(1, "/notes/1?tone=9").to_bytes()).await;
    let body = b"\xa6tone 9";
    socket.receive(|frame| assert_eq!(frame, ServerFrame::Ok { id: 1, body })).await;

    for (id, url, expected) in [
        (2, "/notes/3", Refusal::Redirect { url: "/notes/1?tone=7".to_owned() }),
        (3, "/notes/4", Refusal::Denied),
        (4, "/notes/9", Refusal::NotFound),
        (5, "/nowhere", Refusal::NotFound),
        (6, "/plain", Refusal::Stale),
    ] {
        socket.send(enter(id, url).to_bytes()).await;
        assert_eq!(socket.receive(refused).await, (id, expected));
    }
    for (id, url) in [(7, "/notes/5"), (8, "/notes/6")] {
        socket.send(enter(id, url).to_bytes()).await;
        let (got, refusal) = socket.receive(refused).await;
        assert!(got == id && matches!(refusal, Refusal::Internal { .. }), "{refusal:?}");
    }
}

#[tokio::test]
async fn data_of_another_version_is_stale() {
    let mut socket = TestApp::new().socket().await;
    let entry = crate::app::PAGES[0];
    let url = "/notes/1";
    let enter = ClientFrame::Enter { id: 1, page: entry.name, fingerprint: 1, url };
    socket.send(enter.to_bytes()).await;
    assert_eq!(socket.receive(refused).await, (1, Refusal::Stale));
}

#[tokio::test]
async fn a_ping_is_answered() {
    let mut socket = TestApp::new().socket().await;
    socket.send(ClientFrame::Ping.to_bytes()).await;
    socket.receive(|frame| assert_eq!(frame, ServerFrame::Pong)).await;
}

#[tokio::test]
async fn malformed_frames_are_answered_and_the_socket_lives_until_there_are_too_many() {
    let mut socket = TestApp::new().socket().await;
    for _ in 0..8 {
        socket.send(b"\x95\x00\x07\xa4a".to_vec()).await;
        assert_eq!(socket.receive(refused).await, (7, Refusal::Malformed));
        socket.send_text("{}").await;
        assert_eq!(socket.receive(refused).await, (0, Refusal::Malformed));
    }
    socket.call(1, &Echo("still here".to_owned())).await;
    socket.receive(|frame| assert!(matches!(frame, ServerFrame::Ok { id: 1, .. }))).await;
    socket.send(vec![0xc1]).await;
    assert_eq!(u16::from(socket.closed().await.unwrap().code), 1008);
}

#[tokio::test]
async fn a_frame_may_be_so_large_and_no_larger() {
    let app = TestApp::new();
    let mut socket = app.socket().await;
    let overhead = {
        let name = <Echo as rally::Call>::NAME;
        let print = rally_core::call::call_fingerprint::<Echo>();
        let body = rally_core::codec::encode(&Echo("x".repeat(70_000))).unwrap();
        ClientFrame::Call { id: 1, name, fingerprint: print, body: &body }.to_bytes().len() - 70_000
    };
    socket.call(1, &Echo("x".repeat(MAX_FRAME - overhead))).await;
    socket.receive(|frame| assert!(matches!(frame, ServerFrame::Ok { id: 1, .. }))).await;
    socket.call(2, &Echo("x".repeat(MAX_FRAME - overhead + 1))).await;
    assert_eq!(u16::from(socket.closed().await.unwrap().code), 1009);
}

#[tokio::test]
async fn more_requests_than_may_be_under_way_are_refused_as_busy() {
    let app = TestApp::new();
    let mut socket = app.socket().await;
    for id in 1..=65 {
        socket.call(id, &Wait).await;
    }
    assert_eq!(socket.receive(refused).await, (65, Refusal::Busy));
    app.state.go_on.notify_waiters();
    // One that had not begun to wait yet is woken one by one.
    for _ in 0..64 {
        app.state.go_on.notify_one();
        socket.receive(|frame| assert!(matches!(frame, ServerFrame::Ok { .. }))).await;
    }
}

#[tokio::test]
async fn only_pages_of_this_origin_may_open_a_socket() {
    let app = TestApp::new();
    assert!(app.socket_from(Some("http://{address}")).await.is_ok());
    assert!(app.socket_from(None).await.is_ok());
    for origin in ["http://evil.example", "https://{address}.evil.example", "null", "http://"] {
        assert!(app.socket_from(Some(origin)).await.is_err(), "{origin}");
    }
}

#[tokio::test]
async fn a_plain_request_to_the_socket_is_told_so() {
    let answer = TestApp::new().get("/_rally/socket").await;
    assert_eq!(answer.status.as_u16(), 400);
}

//! Every limit, at it and one past it: on a socket and over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use rally::testing::TestApp;
use rally::{Call, DecodeLimits, Limits};
use rally_core::codec::DecodeErrorKind;
use rally_core::frame::{CallPage, ClientFrame, MAX_FRAME, Refusal, ServerFrame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use crate::app::{
    Count, Echo, Nest, PAGES, State, Wait, app, close_code, frame, limited, raw_frame, receive,
    test_app, test_app_with_state,
};

fn refused(frame: ServerFrame<'_>) -> (u32, Refusal) {
    match frame {
        ServerFrame::Refused { id, refusal } => (id, refusal),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn is_ok(frame: ServerFrame<'_>) -> u32 {
    match frame {
        ServerFrame::Ok { id, .. } => id,
        other => panic!("expected a reply, got {other:?}"),
    }
}

/// Sends a frame within the limit and one beyond it. A socket and HTTP refuse
/// the second one with the same error.
async fn check<C: Call>(limits: Limits, within: &[u8], beyond: &[u8], kind: DecodeErrorKind) {
    let app = limited(limits);
    let (within, beyond) = (raw_frame::<C>(1, within), raw_frame::<C>(2, beyond));
    let malformed = (2, Refusal::Malformed { kind });

    let mut socket = app.socket().await;
    socket.send(within.clone()).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1);
    socket.send(beyond.clone()).await;
    assert_eq!(receive(&mut socket, refused).await, malformed);
    socket.send(within.clone()).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1, "the socket is still open");

    assert_eq!(app.post("/rpc", within).await.status(), StatusCode::OK);
    let response = app.post("/rpc", beyond).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(refused(ServerFrame::read(response.bytes()).unwrap()), malformed);
}

fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = vec![0x91; levels];
    bytes[levels - 1] = 0x90;
    bytes
}

fn nils(count: u16) -> Vec<u8> {
    let mut bytes = vec![0xdc];
    bytes.extend(count.to_be_bytes());
    bytes.resize(3 + usize::from(count), 0xc0);
    bytes
}

#[tokio::test]
async fn values_nest_64_deep() {
    check::<Nest>(Limits::default(), &nested(64), &nested(65), DecodeErrorKind::Depth).await;
}

#[tokio::test]
async fn a_message_may_have_the_maximum_number_of_values() {
    let decode = DecodeLimits { values: 100, ..DecodeLimits::default() };
    let limits = Limits { decode, ..Limits::default() };
    // The list itself counts too.
    check::<Count>(limits, &nils(99), &nils(100), DecodeErrorKind::Values).await;
}

#[tokio::test]
async fn a_message_may_take_the_maximum_amount_of_memory() {
    let each = size_of::<Option<[u64; 32]>>();
    let memory_floor = size_of::<Count>() + 50 * each;
    let decode = DecodeLimits { memory_factor: 0, memory_floor, ..DecodeLimits::default() };
    let limits = Limits { decode, ..Limits::default() };
    check::<Count>(limits, &nils(50), &nils(51), DecodeErrorKind::Memory).await;
}

#[tokio::test]
async fn by_default_a_message_may_take_32_bytes_of_memory_for_each_byte_and_256_kib() {
    let each = size_of::<Option<[u64; 32]>>();
    let max = ((256 << 10) + 3 * 32 - size_of::<Count>()) / (each - 32);
    let (within, beyond) = (nils(max as u16), nils(max as u16 + 1));
    check::<Count>(Limits::default(), &within, &beyond, DecodeErrorKind::Memory).await;
}

#[tokio::test]
async fn a_list_longer_than_its_bytes_is_refused() {
    let mut beyond = nils(50);
    beyond[2] = 51;
    check::<Count>(Limits::default(), &nils(50), &beyond, DecodeErrorKind::Truncated).await;
    let claim = b"\xdd\xff\xff\xff\xff\xc0";
    check::<Count>(Limits::default(), &nils(50), claim, DecodeErrorKind::Truncated).await;
}

/// An `Echo` whose frame has this many bytes.
fn echo_of(bytes: usize) -> Vec<u8> {
    let head = frame(1, &Echo("x".repeat(70_000))).len() - 70_000;
    frame(1, &Echo("x".repeat(bytes - head)))
}

#[tokio::test]
async fn a_frame_beyond_its_maximum_size_closes_the_socket() {
    let mut socket = test_app().socket().await;
    socket.send(echo_of(MAX_FRAME)).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1);
    socket.send(echo_of(MAX_FRAME + 1)).await;
    assert_eq!(close_code(&mut socket).await, 1009);
}

#[tokio::test]
async fn a_request_beyond_its_maximum_size_is_refused() {
    let app = test_app();
    assert_eq!(app.post("/rpc", echo_of(MAX_FRAME)).await.status(), StatusCode::OK);
    let response = app.post("/rpc", echo_of(MAX_FRAME + 1)).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let refusal = refused(ServerFrame::read(response.bytes()).unwrap());
    assert_eq!(refusal, (0, Refusal::TooLarge));
}

#[tokio::test]
async fn the_maximum_size_of_frames_can_be_raised() {
    let app = limited(Limits { frame: 3 << 20, ..Limits::default() });
    let mut socket = app.socket().await;
    socket.send(echo_of(3 << 20)).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1);
    assert_eq!(app.post("/rpc", echo_of(3 << 20)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn calls_beyond_the_maximum_of_a_socket_are_refused() {
    let (app, state) = test_app_with_state();
    let mut socket = app.socket().await;
    for id in 1..=65 {
        socket.send(frame(id, &Wait)).await;
    }
    assert_eq!(receive(&mut socket, refused).await, (65, Refusal::Busy));
    // Each notification wakes one call, also one that starts to wait later.
    for _ in 0..64 {
        state.resume.notify_one();
        receive(&mut socket, is_ok).await;
    }
    socket.send(frame(66, &Echo("room again".to_owned()))).await;
    assert_eq!(receive(&mut socket, is_ok).await, 66);
}

#[tokio::test(start_paused = true)]
async fn messages_beyond_the_rate_limit_are_refused_and_then_close_the_socket() {
    let limits = Limits { per_second: 1, burst: 4, ..Limits::default() };
    let mut socket = limited(limits).socket().await;
    let echo = |id| frame(id, &Echo(String::new()));
    // A ping counts, and is always answered.
    for frame in [ClientFrame::Ping.to_bytes()].into_iter().chain((1..=4).map(echo)) {
        socket.send(frame).await;
    }
    receive(&mut socket, |frame| assert_eq!(frame, ServerFrame::Pong)).await;
    for id in 1..=3 {
        assert_eq!(receive(&mut socket, is_ok).await, id);
    }
    assert_eq!(receive(&mut socket, refused).await, (4, Refusal::Busy));
    // A client that keeps sending is disconnected.
    for frame in (5..=9).map(echo) {
        socket.send(frame).await;
    }
    for id in 5..=7 {
        assert_eq!(receive(&mut socket, refused).await, (id, Refusal::Busy));
    }
    assert_eq!(close_code(&mut socket).await, 1008);
}

#[tokio::test]
async fn a_stale_call_is_refused_as_stale_even_at_the_limit() {
    let limits = Limits { in_flight: 0, ..Limits::default() };
    let mut socket = limited(limits).socket().await;
    let stale = ClientFrame::Call {
        id: 1,
        name: Echo::NAME,
        fingerprint: 1,
        page: CallPage::None,
        body: b"\xc1",
    };
    socket.send(stale.to_bytes()).await;
    assert_eq!(receive(&mut socket, refused).await, (1, Refusal::Stale));
    socket.send(frame(2, &Echo(String::new()))).await;
    assert_eq!(receive(&mut socket, refused).await, (2, Refusal::Busy));
}

#[tokio::test]
async fn calls_beyond_the_maximum_of_the_app_are_refused() {
    let state = Arc::new(State::default());
    let limits = Limits { calls: 1, ..Limits::default() };
    let app = TestApp::new(app(state.clone()).limits(limits), PAGES);
    let echo = || app.post("/rpc", frame(1, &Echo(String::new())));
    assert_eq!(echo().await.status(), 200);

    let mut waiting = app.post("/rpc", frame(1, &Wait)).into_future();
    tokio::select! {
        _ = &mut waiting => panic!("the call ended without its notification"),
        () = state.started.notified() => {}
    }
    assert_eq!(echo().await.status(), 429);
    // A call counts until its handler ends, even after the client has gone.
    drop(waiting);
    assert_eq!(echo().await.status(), 429);

    state.resume.notify_one();
    state.finished.notified().await;
    assert_eq!(echo().await.status(), 200);
}

#[tokio::test]
async fn a_call_on_a_socket_is_refused_at_the_limit_of_the_app() {
    let mut socket = limited(Limits { calls: 0, ..Limits::default() }).socket().await;
    socket.send(frame(1, &Echo(String::new()))).await;
    assert_eq!(receive(&mut socket, refused).await, (1, Refusal::Busy));
}

#[tokio::test]
async fn malformed_messages_are_refused_and_too_many_close_the_socket() {
    let malformed = |id, kind| (id, Refusal::Malformed { kind });
    let mut socket = test_app().socket().await;
    for _ in 0..5 {
        socket.send(b"\x96\x00\x07\xa4a".to_vec()).await;
        assert_eq!(receive(&mut socket, refused).await, malformed(7, DecodeErrorKind::Truncated));
        socket.send_text("{}").await;
        assert_eq!(receive(&mut socket, refused).await, malformed(0, DecodeErrorKind::Text));
        // Malformed bodies count like malformed frames.
        socket.send(raw_frame::<Echo>(8, b"\xc0")).await;
        assert_eq!(receive(&mut socket, refused).await, malformed(8, DecodeErrorKind::WrongType));
    }
    socket.send(vec![0x91, 9]).await;
    assert_eq!(receive(&mut socket, refused).await, malformed(0, DecodeErrorKind::UnknownKind));
    socket.send(frame(1, &Echo("still here".to_owned()))).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1);
    socket.send(vec![0xc1]).await;
    assert_eq!(close_code(&mut socket).await, 1008);
}

#[tokio::test(start_paused = true)]
async fn a_silent_socket_is_closed_after_90_seconds() {
    let mut socket = test_app().socket().await;
    socket.send(ClientFrame::Ping.to_bytes()).await;
    receive(&mut socket, |frame| assert_eq!(frame, ServerFrame::Pong)).await;
    let start = Instant::now();
    assert_eq!(close_code(&mut socket).await, 1001);
    let seconds = start.elapsed().as_secs();
    assert!((90..=91).contains(&seconds), "{seconds} s");
}

/// Writes a text, and reads until the server closes the connection. Returns the
/// text that was read and the time that has passed.
async fn talk(app: &TestApp, text: &str) -> (String, Duration) {
    let mut stream = app.connect();
    stream.write_all(text.as_bytes()).await.unwrap();
    let started = Instant::now();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    (String::from_utf8_lossy(&response).into_owned(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_an_incomplete_header_is_closed_after_30_seconds() {
    let app = test_app();
    let head = "GET /plain HTTP/1.1\r\nhost: a\r\n";
    let (response, elapsed) = talk(&app, &format!("{head}connection: close\r\n\r\n")).await;
    assert!(
        response.starts_with("HTTP/1.1 200") && elapsed < Duration::from_secs(30),
        "{elapsed:?}"
    );
    let (response, elapsed) = talk(&app, head).await;
    assert!(!response.contains("200") && elapsed.as_secs() == 30, "{response} {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_a_request_is_closed_after_30_seconds() {
    let (response, elapsed) = talk(&test_app(), "").await;
    assert_eq!((&*response, elapsed.as_secs()), ("", 30));
}

#[tokio::test(start_paused = true)]
async fn the_header_timeout_starts_with_the_previous_response() {
    let mut stream = test_app().connect();
    let mut response = [0; 4096];
    for _ in 0..4 {
        stream.write_all(b"GET /plain HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let len = stream.read(&mut response).await.unwrap();
        assert!(response[..len].starts_with(b"HTTP/1.1 200"));
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    let start = Instant::now();
    assert_eq!(stream.read(&mut response).await.unwrap(), 0);
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_an_incomplete_handshake_is_closed_after_30_seconds() {
    let head = "GET /_rally/socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\n";
    let (response, elapsed) = talk(&test_app(), head).await;
    assert!(!response.contains("101") && elapsed.as_secs() == 30, "{response} {elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_body_is_refused_after_30_seconds() {
    let app = test_app();
    let head = "POST /rpc HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\n";
    let (response, elapsed) = talk(&app, &format!("{head}\u{1}\u{2}")).await;
    assert!(
        response.starts_with("HTTP/1.1 400") && elapsed < Duration::from_secs(30),
        "{response}"
    );
    let (response, elapsed) = talk(&app, &format!("{head}\u{1}")).await;
    assert!(
        response.starts_with("HTTP/1.1 408") && elapsed.as_secs() == 30,
        "{response} {elapsed:?}"
    );
}

#[tokio::test]
async fn the_largest_possible_limits_work() {
    let (max, ever) = (u32::MAX, Duration::MAX);
    let limits = Limits {
        frame: max,
        in_flight: usize::MAX,
        per_second: max,
        burst: max,
        malformed: max,
        idle: ever,
        write: ever,
        header: ever,
        body: ever,
        ..Limits::default()
    };
    let app = limited(limits);
    let mut socket = app.socket().await;
    socket.send(frame(1, &Echo("a".to_owned()))).await;
    assert_eq!(receive(&mut socket, is_ok).await, 1);
    assert_eq!(app.post("/rpc", frame(1, &Echo("a".to_owned()))).await.status(), 200);
}

#[tokio::test]
async fn the_smallest_possible_limits_work() {
    let never = Duration::ZERO;
    let limits = Limits {
        in_flight: 0,
        per_second: 0,
        burst: 0,
        malformed: 0,
        write: never,
        body: never,
        ..Limits::default()
    };
    let mut socket = limited(limits).socket().await;
    socket.send(ClientFrame::Ping.to_bytes()).await;
    assert_eq!(close_code(&mut socket).await, 1008);
}

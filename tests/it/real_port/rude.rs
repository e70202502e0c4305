//! Clients that do not read, do not stop, or just leave.

use std::net::SocketAddr;
use std::time::Duration;

use rally::Limits;
use rally_core::frame::ClientFrame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{Echo, Fill, TestApp, Wait, frame};

/// A WebSocket by hand, which reads what it wants to.
async fn raw_socket(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "GET /_rally/socket HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\n\
                   connection: upgrade\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    stream
}

/// A short message of a kind, masked with zeros.
fn message(kind: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 126);
    [&[0x80 | kind, 0x80 | bytes.len() as u8, 0, 0, 0, 0], bytes].concat()
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_up_no_handler() {
    let app = TestApp::limited(Limits { write: Duration::MAX, ..Limits::default() });
    let mut stream = raw_socket(app.listen().await).await;
    stream.write_all(&message(2, &frame(1, &Wait))).await.unwrap();
    app.state.begun.notified().await;
    // More than the system keeps for a connection: the server waits to send it.
    stream.write_all(&message(2, &frame(2, &Fill(64 << 20)))).await.unwrap();
    stream.read_u8().await.unwrap();
    app.state.go_on.notify_one();
    app.state.ended.notified().await;
}

#[tokio::test]
async fn pongs_that_nobody_reads_do_not_pile_up() {
    let most = u32::MAX;
    let write = Duration::from_millis(100);
    let limits = Limits { per_second: most, burst: most, write, ..Limits::default() };
    let app = TestApp::limited(limits);
    let mut stream = raw_socket(app.listen().await).await;
    let pings = message(9, &[0; 125]).repeat(1000);
    // What the system keeps for a connection is a few megabytes.
    for _ in 0..1000 {
        if stream.write_all(&pings).await.is_err() {
            return;
        }
    }
    panic!("the server took 131 MB of pings from a client that does not read");
}

#[tokio::test]
async fn the_end_of_a_socket_is_answered() {
    let app = TestApp::new();
    let mut stream = raw_socket(app.listen().await).await;
    stream.write_all(&message(8, &1000_u16.to_be_bytes())).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, [0x88, 2, 0x03, 0xe8]);
}

#[tokio::test]
async fn a_frame_that_is_none_of_a_websocket_says_so() {
    let app = TestApp::new();
    let mut stream = raw_socket(app.listen().await).await;
    // Not masked, as only a server may send.
    stream.write_all(&[0x82, 1, 0]).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert_eq!(
        answer[..4],
        [&[0x88, answer.len() as u8 - 2][..], &1002_u16.to_be_bytes()].concat()
    );
}

#[tokio::test]
async fn what_a_handler_has_begun_goes_on_without_its_client() {
    let app = TestApp::new();
    let address = app.listen().await;
    let mut socket = raw_socket(address).await;
    socket.write_all(&message(2, &frame(1, &Wait))).await.unwrap();
    app.state.begun.notified().await;
    drop(socket);
    app.state.go_on.notify_one();
    app.state.ended.notified().await;

    let mut stream = TcpStream::connect(address).await.unwrap();
    let call = frame(1, &Wait);
    let head = format!("POST /rpc HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", call.len());
    stream.write_all(&[head.as_bytes(), &call].concat()).await.unwrap();
    app.state.begun.notified().await;
    drop(stream);
    app.state.go_on.notify_one();
    app.state.ended.notified().await;
}

#[tokio::test]
async fn limits_may_be_as_large_as_their_types() {
    let (most, ever) = (u32::MAX, Duration::MAX);
    let limits = Limits {
        frame: most,
        in_flight: usize::MAX,
        per_second: most,
        burst: most,
        malformed: most,
        idle: ever,
        write: ever,
        header: ever,
        body: ever,
        ..Limits::default()
    };
    let app = TestApp::limited(limits);
    let mut socket = app.socket().await;
    socket.call(1, &Echo("a".to_owned())).await;
    socket
        .receive(|frame| assert!(matches!(frame, rally_core::frame::ServerFrame::Ok { .. })))
        .await;
    assert_eq!(app.post(frame(1, &Echo("a".to_owned()))).await.status.as_u16(), 200);
}

#[tokio::test]
async fn limits_may_be_as_small_as_their_types() {
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
    let mut socket = TestApp::limited(limits).socket().await;
    socket.send(ClientFrame::Ping.to_bytes()).await;
    assert_eq!(u16::from(socket.closed().await.unwrap().code), 1008);
}

//! Clients that do not read, do not stop sending, or disconnect.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rally::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::listen;
use crate::app::{Fill, State, Wait, app, frame};

/// A WebSocket written by hand, which reads only on request.
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

/// A short WebSocket message, masked with zeros.
fn message(kind: u8, bytes: &[u8]) -> Vec<u8> {
    assert!(bytes.len() < 126);
    [&[0x80 | kind, 0x80 | bytes.len() as u8, 0, 0, 0, 0], bytes].concat()
}

#[tokio::test]
async fn a_client_that_does_not_read_blocks_no_handler() {
    let state = Arc::new(State::default());
    let limits = Limits { write: Duration::MAX, ..Limits::default() };
    let mut stream = raw_socket(listen(app(state.clone()).limits(limits)).await).await;
    stream.write_all(&message(2, &frame(1, &Wait))).await.unwrap();
    state.started.notified().await;
    // This is more than the kernel buffers for a connection, so the server
    // waits.
    stream.write_all(&message(2, &frame(2, &Fill(64 << 20)))).await.unwrap();
    stream.read_u8().await.unwrap();
    state.resume.notify_one();
    state.finished.notified().await;
}

#[tokio::test]
async fn unread_pongs_do_not_accumulate() {
    let max = u32::MAX;
    let write = Duration::from_millis(100);
    let limits = Limits { per_second: max, burst: max, write, ..Limits::default() };
    let mut stream = raw_socket(listen(app(Arc::default()).limits(limits)).await).await;
    let pings = message(9, &[0; 125]).repeat(1000);
    // The kernel buffers a few megabytes for a connection.
    for _ in 0..1000 {
        if stream.write_all(&pings).await.is_err() {
            return;
        }
    }
    panic!("the server took 131 MB of pings from a client that does not read");
}

#[tokio::test]
async fn a_close_frame_is_answered() {
    let mut stream = raw_socket(listen(app(Arc::default())).await).await;
    stream.write_all(&message(8, &1000_u16.to_be_bytes())).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    assert_eq!(response, [0x88, 2, 0x03, 0xe8]);
}

#[tokio::test]
async fn an_invalid_websocket_frame_closes_the_socket_with_a_code() {
    let mut stream = raw_socket(listen(app(Arc::default())).await).await;
    // An unmasked frame, which only a server may send.
    stream.write_all(&[0x82, 1, 0]).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    assert_eq!(
        response[..4],
        [&[0x88, response.len() as u8 - 2][..], &1002_u16.to_be_bytes()].concat()
    );
}

#[tokio::test]
async fn a_handler_runs_to_its_end_after_its_client_disconnects() {
    let state = Arc::new(State::default());
    let address = listen(app(state.clone())).await;
    let mut socket = raw_socket(address).await;
    socket.write_all(&message(2, &frame(1, &Wait))).await.unwrap();
    state.started.notified().await;
    drop(socket);
    state.resume.notify_one();
    state.finished.notified().await;

    let mut stream = TcpStream::connect(address).await.unwrap();
    let call = frame(1, &Wait);
    let head = format!("POST /rpc HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", call.len());
    stream.write_all(&[head.as_bytes(), &call].concat()).await.unwrap();
    state.started.notified().await;
    drop(stream);
    state.resume.notify_one();
    state.finished.notified().await;
}

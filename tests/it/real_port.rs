//! Tests over TCP on a real port: the kernel buffers bytes that a client does
//! not read.

mod hostile;
mod rude;

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::app::{PAGES, TheApp};

const INDEX: &str = "<!DOCTYPE html><body><div id=\"app\"></div></body>";

/// Serves an app on a free port until the test ends.
pub async fn listen(app: TheApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(app, listener));
    address
}

/// Serves an app until the future is dropped.
pub async fn serve(app: TheApp, listener: TcpListener) {
    let dist = tempfile::tempdir().unwrap();
    std::fs::write(dist.path().join("index.html"), INDEX).unwrap();
    let Err(error) = app.dist(dist.path()).listen(PAGES, listener).await;
    panic!("the app does not boot: {error}");
}

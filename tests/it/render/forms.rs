//! Forms that are posted to their page: the server runs `update`, with the same
//! result as in the browser.

mod acts;
mod gone;
pub mod pages;
mod posts;
mod sign_in;
mod typed;

use std::sync::Arc;

use rally::Limits;
use rally::PageEntry;
use rally::testing::{Response, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::app::State;
use pages::{bare, done, guests};

const PAGES: &[PageEntry] = &[guests::Guests::PAGE, done::Done::PAGE, bare::Bare::PAGE];

pub fn app() -> (TestApp, Arc<State>) {
    limited(Limits::default())
}

pub fn limited(limits: Limits) -> (TestApp, Arc<State>) {
    let state = Arc::new(State::default());
    (TestApp::new(crate::app::app(state.clone()).limits(limits), PAGES), state)
}

pub fn messages(state: &State) -> Vec<String> {
    state.messages.lock().unwrap().clone()
}

#[track_caller]
fn assert_redirect(response: &Response, to: &str) {
    assert_eq!((response.status().as_u16(), response.location()), (303, Some(to)), "{response:?}");
}

/// Sends a whole body before it reads, and returns the head of the response.
pub async fn send_whole(mut to: DuplexStream, url: &str, kind: &str, body: &[u8]) -> String {
    let length = body.len();
    let head = format!(
        "POST {url} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\n\
         content-length: {length}\r\n\r\n"
    );
    to.write_all(head.as_bytes()).await.unwrap();
    to.write_all(body).await.unwrap();
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\n") {
        response.push(to.read_u8().await.unwrap());
    }
    String::from_utf8(response).unwrap()
}

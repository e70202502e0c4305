//! Payloads: kept in development, and without secrets.

use rally::journal::Journal;
use rally::prelude::*;
use rally::{Environment, Failure};
use rally_core::codec;

use super::{Desk, Order, Receipt};
use crate::app::{Echo, Fill, app};

/// The payloads, in hexadecimal.
const PAYLOADS: &str = "SELECT hex(payload) FROM messages ORDER BY id";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// What is kept of a value that looks like this one without its secrets.
fn kept(value: &impl Wire) -> String {
    hex(&codec::encode(value).unwrap())
}

#[tokio::test]
async fn without_being_asked_it_keeps_none() {
    let desk = Desk::new().await;
    desk.app.call(Echo("hello".to_owned())).await.unwrap();
    assert_eq!(desk.rows("SELECT payload FROM messages").await, ["-", "-"]);
}

#[tokio::test]
async fn messages_and_answers_are_kept_without_their_secrets() {
    let desk = Desk::with(Journal::payloads).await;
    let order = Order::Express { item: "tea".to_owned(), cvv: 987 };
    let receipt = desk.app.call(order).await;
    assert_eq!(receipt, Ok(Receipt { item: "tea".to_owned(), number: 4711 }), "they travel");
    let mut socket = desk.app.socket().await;
    let failure = socket.call(Order::ByToken("hunter2".to_owned())).await;
    assert_eq!(failure, Err(Failure::App("no such token".to_owned())));
    let redacted = || "[redacted]".to_owned();
    let variant = |name: &str| [b"\x81", &codec::encode(&name.to_owned()).unwrap()[..]].concat();
    let expected = [
        hex(&variant("Express")) + &kept(&("tea".to_owned(), redacted())),
        kept(&("tea".to_owned(), redacted())),
        hex(&variant("ByToken")) + &kept(&redacted()),
        kept(&"no such token".to_owned()),
    ];
    assert_eq!(desk.rows(PAYLOADS).await, expected);
}

#[tokio::test]
async fn the_data_of_a_page_is_kept() {
    let desk = Desk::with(Journal::payloads).await;
    let mut socket = desk.app.socket().await;
    socket.enter(super::guests::Guests { page: 1 }).await.unwrap();
    assert_eq!(desk.rows(PAYLOADS).await, ["".to_owned(), kept(&Vec::<String>::new())]);
}

#[tokio::test]
async fn a_long_one_is_cut() {
    let desk = Desk::with(Journal::payloads).await;
    assert_eq!(desk.app.call(Fill(100_000)).await.unwrap().len(), 100_000);
    let cut = "SELECT CAST(length(payload) AS TEXT), hex(substr(payload, -6)),
                   CAST(size AS TEXT) FROM messages WHERE direction = 'to_client'";
    let mark = hex(b"\xa5[cut]");
    assert_eq!(desk.rows(cut).await, [format!("{} | {mark} | 100008", 16 * 1024 + 6)]);
}

#[tokio::test]
async fn in_production_an_app_that_would_keep_them_does_not_start() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("index.html"), "<div id=\"app\"></div>").unwrap();
    let journal = Journal::open(directory.path().join("system.db")).await.unwrap();
    let production = |journal| {
        let app = app(Default::default()).dist(directory.path());
        let app = app.environment(Environment::Production).journal(journal);
        app.into_router(&[]).map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(
        production(journal.clone().payloads()).unwrap_err(),
        "the journal must not store payloads in production: remove `.payloads()`, or call it only \
         if `!Environment::current().is_production()`"
    );
    assert_eq!(production(journal), Ok(()));
}

//! Payloads of the journal: payload on request, and without secrets.

use rally::journal::Journal;
use rally::prelude::*;
use rally::{Environment, Failure};
use rally_core::codec;

use super::{Fixture, Order, Receipt};
use crate::app::{Echo, Fill, app};

const PAYLOADS: &str = "SELECT hex(payload) FROM messages ORDER BY id";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The payload of a value; the tests pass the value that the redacted one looks
/// like.
fn payload(value: &impl Wire) -> String {
    hex(&codec::encode(value).unwrap())
}

#[tokio::test]
async fn no_payloads_are_kept_by_default() {
    let fixture = Fixture::new().await;
    fixture.app.call(Echo("hello".to_owned())).await.unwrap();
    assert_eq!(fixture.rows("SELECT payload FROM messages").await, ["-", "-"]);
}

#[tokio::test]
async fn messages_and_responses_are_kept_without_their_secrets() {
    let fixture = Fixture::with(Journal::payloads).await;
    let order = Order::Express { item: "tea".to_owned(), cvv: 987 };
    let receipt = fixture.app.call(order).await;
    assert_eq!(
        receipt,
        Ok(Receipt { item: "tea".to_owned(), number: 4711 }),
        "the secret is sent to the client"
    );
    let mut socket = fixture.app.socket().await;
    let failure = socket.call(Order::ByToken("hunter2".to_owned())).await;
    assert_eq!(failure, Err(Failure::App("no such token".to_owned())));
    let redacted = || "[redacted]".to_owned();
    let variant = |name: &str| [b"\x81", &codec::encode(&name.to_owned()).unwrap()[..]].concat();
    let expected = [
        hex(&variant("Express")) + &payload(&("tea".to_owned(), redacted())),
        payload(&("tea".to_owned(), redacted())),
        hex(&variant("ByToken")) + &payload(&redacted()),
        payload(&"no such token".to_owned()),
    ];
    assert_eq!(fixture.rows(PAYLOADS).await, expected);
}

#[tokio::test]
async fn the_data_of_a_page_is_kept() {
    let fixture = Fixture::with(Journal::payloads).await;
    let mut socket = fixture.app.socket().await;
    socket.load_page(super::guests::Guests { page: 1 }).await.unwrap();
    assert_eq!(fixture.rows(PAYLOADS).await, ["".to_owned(), payload(&Vec::<String>::new())]);
}

#[tokio::test]
async fn a_long_payload_is_cut() {
    let fixture = Fixture::with(Journal::payloads).await;
    assert_eq!(fixture.app.call(Fill(100_000)).await.unwrap().len(), 100_000);
    let cut = "SELECT CAST(length(payload) AS TEXT), hex(substr(payload, -6)),
                   CAST(size AS TEXT) FROM messages WHERE direction = 'to_client'";
    let mark = hex(b"\xa5[cut]");
    assert_eq!(fixture.rows(cut).await, [format!("{} | {mark} | 100008", 16 * 1024 + 6)]);
}

#[tokio::test]
async fn an_app_that_keeps_payloads_does_not_start_in_production() {
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

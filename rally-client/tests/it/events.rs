//! What may happen to an app, for the property test.

use std::time::Duration;

use proptest::prelude::*;
use rally_core::frame::Refusal;

use crate::world::{millis, seconds, to};

/// Whatever visitor, page, network and server may do next.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Visit(&'static str),
    Pop(&'static str),
    Call,
    Open,
    Close,
    Online,
    /// The visitor types.
    Edit,
    /// To the request that was sent so many frames ago.
    Answer(usize),
    Refuse(usize, Refusal),
    Garbage(Vec<u8>),
    Advance(Duration),
    Suspend(Duration),
}

/// Any of them, the likely ones more often.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    let url = prop::sample::select(vec![
        "/",
        "/#part",
        "/about",
        "/items/1",
        "/items/2?x=1#top",
        "/items/x",
        "/nowhere",
        "https://example.com/",
    ]);
    let local = url.clone().prop_filter("a button stays in the app", |url| url.starts_with('/'));
    let refusal = prop_oneof![
        // Rarely: every navigation after it is a document.
        1 => Just(Refusal::Stale),
        3 => Just(Refusal::Busy),
        3 => Just(Refusal::NotFound),
        3 => url.clone().prop_map(to),
    ];
    let time = prop_oneof![
        (0_u64..400).prop_map(millis),
        (0_u64..12).prop_map(seconds),
        (29_999_u64..30_002).prop_map(millis),
        Just(seconds(3600)),
    ];
    prop_oneof![
        2 => url.prop_map(Visit),
        1 => local.prop_map(Pop),
        3 => Just(Call),
        3 => Just(Open),
        1 => Just(Close),
        1 => Just(Online),
        1 => Just(Edit),
        4 => (0..6_usize).prop_map(Answer),
        2 => (0..6_usize, refusal).prop_map(|(back, refusal)| Refuse(back, refusal)),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Garbage),
        3 => time.clone().prop_map(Advance),
        1 => time.prop_map(Suspend),
    ]
}

//! Random events for the property test.

use std::time::Duration;

use proptest::prelude::*;
use rally_core::frame::Refusal;

use crate::world::{millis, seconds, sign_in, to};

#[derive(Debug, Clone)]
pub(crate) enum Event {
    Visit(&'static str),
    Pop(&'static str),
    Call,
    /// A call over HTTP.
    Post,
    Open,
    Close,
    Online,
    /// The visitor types into a form.
    Edit,
    /// A reply to the request that was sent this many frames ago.
    Answer(usize),
    Refuse(usize, Refusal),
    /// A response to the oldest request over HTTP.
    Respond(Response),
    Garbage(Vec<u8>),
    Advance(Duration),
    Suspend(Duration),
}

/// The response to a call over HTTP.
#[derive(Debug, Clone)]
pub(crate) enum Response {
    Answer,
    /// A response that signs in or out.
    Changed,
    Refused(Refusal),
    /// A response of a proxy.
    Html(u16),
    Lost,
}

/// Any event, with likely events more often.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    let url = prop::sample::select(vec![
        "/",
        "/#part",
        "/about",
        "/items/1",
        "/items/2?x=1#top",
        "/items/x",
        "/vault",
        "/nowhere",
        "https://example.com/",
    ]);
    let local = url.clone().prop_filter("a button stays in the app", |url| url.starts_with('/'));
    let refusal = prop_oneof![
        // Rarely, because after it every navigation loads a document.
        1 => Just(Refusal::Stale),
        3 => Just(Refusal::Busy),
        1 => Just(Refusal::Internal { trace_id: "1-2".to_owned() }),
        2 => Just(Refusal::NotFound),
        1 => Just(Refusal::Denied),
        1 => Just(Refusal::OverHttp),
        1 => Just(Refusal::OtherPage),
        3 => Just(sign_in()),
        3 => url.clone().prop_map(to),
    ];
    let response = prop_oneof![
        3 => Just(Response::Answer),
        1 => Just(Response::Changed),
        2 => refusal.clone().prop_map(Response::Refused),
        1 => prop::sample::select(vec![200, 405, 408, 502]).prop_map(Response::Html),
        1 => Just(Response::Lost),
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
        1 => Just(Post),
        3 => Just(Open),
        1 => Just(Close),
        1 => Just(Online),
        1 => Just(Edit),
        4 => (0..6_usize).prop_map(Answer),
        2 => (0..6_usize, refusal).prop_map(|(back, refusal)| Refuse(back, refusal)),
        1 => response.prop_map(Respond),
        1 => prop::collection::vec(any::<u8>(), 0..12).prop_map(Garbage),
        3 => time.clone().prop_map(Advance),
        1 => time.prop_map(Suspend),
    ]
}

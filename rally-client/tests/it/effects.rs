//! Effects of a page.

use std::time::Duration;

use futures_util::stream;
use rally_core::effect::{Effect, History};
use rally_core::http::{HttpError, HttpRequest, HttpResponse, HttpResult};

use crate::pages::{Msg, echo, take_log};
use crate::world::{World, millis, seconds};

fn note(text: impl ToString) -> Msg {
    Msg::Note(text.to_string())
}

/// Performs an effect, advances the clock, and checks the notes of the page.
#[track_caller]
fn check(effect: Effect<Msg>, time: Duration, notes: &str) -> World {
    let world = World::start();
    world.perform(effect);
    world.advance(time);
    assert_eq!(world.html(), format!("home: {notes}"));
    world
}

#[test]
fn a_delay_ends_once_after_its_time() {
    check(Effect::after(seconds(2), || note("rang")), seconds(2) - millis(1), "");
    check(Effect::after(seconds(2), || note("rang")), seconds(9), "rang");
    check(Effect::after(Duration::ZERO, || note("rang")), Duration::ZERO, "rang");
}

#[test]
fn an_interval_ticks_after_each_period() {
    let every = || Effect::every(seconds(2), || note("tick"));
    check(every(), seconds(2) - millis(1), "");
    check(every(), seconds(6), "tick, tick, tick");
}

#[test]
fn an_interval_of_zero_does_not_starve_the_page() {
    check(Effect::every(Duration::ZERO, || note("tick")), millis(3), "tick, tick, tick");
}

#[test]
fn an_interval_ticks_once_for_the_time_the_computer_slept() {
    let world = check(Effect::every(seconds(1), || note("tick")), seconds(1), "tick");
    world.suspend(seconds(100));
    assert_eq!(world.html(), "home: tick, tick");
    world.advance(seconds(1));
    assert_eq!(world.html(), "home: tick, tick, tick");
}

#[test]
fn delays_and_intervals_of_the_maximum_duration_never_end() {
    check(Effect::after(Duration::MAX, || note("rang")), seconds(99), "");
    check(Effect::every(Duration::MAX, || note("tick")), seconds(99), "");
}

#[test]
fn tasks_and_streams_send_their_messages_in_order() {
    let effect = Effect::batch([
        Effect::task(async { note("task") }),
        Effect::stream(stream::iter(["a", "b"]).map_note()),
    ]);
    check(effect, Duration::ZERO, "task, a, b");
}

/// `StreamExt::map`, for notes only.
trait MapNote: stream::Stream<Item = &'static str> + Sized {
    fn map_note(self) -> impl stream::Stream<Item = Msg> {
        stream::StreamExt::map(self, note)
    }
}

impl<S: stream::Stream<Item = &'static str>> MapNote for S {}

#[test]
fn the_effect_of_a_message_is_performed() {
    let effect = Effect::after(seconds(1), || Msg::Do(Effect::after(seconds(1), || note("two"))));
    check(effect, seconds(2), "two");
}

#[test]
fn an_http_request_returns_its_response_or_an_error() {
    let fetch = || {
        Effect::http(HttpRequest::get("/data"), |result: HttpResult| {
            note(result.map_or_else(|error| error.0, |response| response.text()))
        })
    };
    let response = HttpResponse::new(404, "none");
    for (result, shown) in [(Ok(response), "none"), (Err(HttpError("CORS".to_owned())), "CORS")] {
        let world = check(fetch(), seconds(60), "");
        assert_eq!(take_log()[0], "fetch GET /data");
        world.respond(result);
        assert_eq!(world.html(), format!("home: {shown}"));
    }
}

#[test]
fn an_http_request_is_aborted_with_its_page() {
    let effect = Effect::http(HttpRequest::get("/data"), |_| note("late"));
    let world = check(effect, Duration::ZERO, "");
    world.visit("/about");
    assert!(world.fake.fetches.borrow()[0].is_canceled());
}

#[test]
fn storage_is_read_once() {
    let read =
        |key: &str| Effect::read_storage(key, |value| note(value.unwrap_or("none".to_owned())));
    check(Effect::batch([read("draft"), read("other")]), seconds(1), "Dear, none");
}

#[test]
fn storage_is_written_and_changes_are_received() {
    let effect = Effect::batch([
        Effect::store("key", Some("value".to_owned())),
        Effect::store("key", None),
        Effect::on_storage("key", |value| note(value.unwrap_or("removed".to_owned()))),
    ]);
    let world = check(effect, Duration::ZERO, "");
    assert_eq!(take_log(), ["store key=value", "store key=nothing", "listen key"]);
    let changes = world.fake.listeners.borrow()[0].clone();
    changes.unbounded_send(Some("new".to_owned())).unwrap();
    changes.unbounded_send(None).unwrap();
    world.settle();
    assert_eq!(world.html(), "home: new, removed");
}

#[test]
fn the_last_of_two_navigations_takes_effect() {
    let world = World::start();
    let go = |url: &str| Effect::navigate_to(url, History::Push);
    world.perform(Effect::batch([go("/items/7"), go("/items/8"), echo("both")]));
    world.answer(2, "late");
    world.answer(3, "coffee");
    assert_eq!(world.html(), "item 8 coffee: ");
}

#[test]
fn an_interval_may_navigate_to_another_page() {
    let away = || Msg::Do(Effect::navigate_to("/about", History::Push));
    let world = World::start();
    world.perform(Effect::every(seconds(1), away));
    world.advance(seconds(3));
    let arrived = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&arrived, "about: ");
}

#[test]
fn effects_batched_with_a_navigation_belong_to_the_page_that_is_left() {
    for url in ["/about", "/vault"] {
        let world = World::start();
        world.fake.take_frames();
        let away = Effect::navigate_to(url, History::Push);
        world.perform(Effect::batch([away, echo("saved")]));
        assert_eq!(world.fake.take_frames()[0], "call#1 Echo saved", "{url}");
    }
}

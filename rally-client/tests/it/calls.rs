//! Calls of a page: sending, replies, failures and timeouts.

use rally_core::call::call_fingerprint;
use rally_core::codec::DecodeErrorKind;
use rally_core::effect::Effect;
use rally_core::frame::{ClientFrame, Refusal, ServerFrame};

use crate::pages::{Echo, Msg, echo, take_log};
use crate::world::{World, millis, seconds};

/// Sends a call on the home page, lets the server act, and checks the text on
/// the page.
#[track_caller]
fn check(server: impl FnOnce(&World), screen: &str) -> World {
    let world = World::start();
    world.perform(echo("hello"));
    world.check(&["call#1 Echo hello"], "home: ");
    server(&world);
    assert_eq!(world.html(), screen);
    world
}

#[test]
fn a_call_is_sent_by_name_and_fingerprint() {
    let world = check(|_| {}, "home: ");
    let sent = world.fake.sent.borrow();
    let Ok(ClientFrame::Call { fingerprint, .. }) = ClientFrame::read(&sent[0]) else { panic!() };
    assert_eq!(fingerprint, call_fingerprint::<Echo>());
}

#[test]
fn the_reply_becomes_a_message() {
    check(|world| world.answer(1, "hello yourself"), "home: hello yourself");
}

#[test]
fn an_error_of_the_app_and_every_refusal_become_a_failure() {
    let err = |world: &World| ServerFrame::Err { id: world.id(1), body: b"\xa4full" }.to_bytes();
    check(|world| world.receive(&err(world)), "home: App(\"full\")");
    check(|world| world.refuse(1, Refusal::Stale), "home: Stale");
    check(|world| world.refuse(1, Refusal::Denied), "home: Denied");
    check(|world| world.refuse(1, Refusal::Busy), "home: Busy");
    check(
        |world| world.refuse(1, Refusal::Malformed { kind: DecodeErrorKind::Depth }),
        "home: Rejected(\"the server could not read the request: the value nests too deeply\")",
    );
}

#[test]
fn a_call_beyond_the_maximum_frame_size_fails_without_being_sent() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.perform(echo(&"x".repeat(27)));
    world.check(&[&format!("call#1 Echo {}", "x".repeat(27))], "home: ");
    world.perform(echo(&"x".repeat(28)));
    world.advance(millis(0));
    world.check(&[], "home: Rejected(\"the message or a file exceeds a limit of the server\")");
}

#[test]
fn replies_arrive_in_any_order_and_are_handled_once() {
    check(
        |world| {
            world.perform(echo("again"));
            world.answer(2, "second");
            world.answer(1, "first");
            world.answer(2, "replayed");
            world.answer(3, "never asked");
        },
        "home: second, first",
    );
}

#[test]
fn a_call_times_out_after_30_seconds_and_not_before() {
    check(|world| world.advance(seconds(30) - millis(1)), "home: ");
    check(|world| world.advance(seconds(30)), "home: TimedOut");
    check(
        |world| {
            world.advance(seconds(30));
            world.answer(1, "late");
        },
        "home: TimedOut",
    );
}

#[test]
fn every_call_has_its_own_deadline() {
    check(
        |world| {
            world.advance(seconds(10));
            world.perform(echo("later"));
            world.advance(seconds(20));
            assert_eq!(world.html(), "home: TimedOut");
            world.advance(seconds(10) - millis(1));
            assert_eq!(world.html(), "home: TimedOut");
            world.advance(millis(1));
        },
        "home: TimedOut, TimedOut",
    );
}

#[test]
fn overdue_calls_time_out_at_once_after_the_computer_slept() {
    check(|world| world.suspend(seconds(3600)), "home: TimedOut");
}

#[test]
fn a_call_in_flight_fails_when_the_connection_is_lost() {
    let world = check(World::close, "home: Offline");
    take_log();
    world.advance(seconds(1));
    world.open();
    world.answer(1, "late");
    // The server may have run the call, so it is not sent again.
    world.check(&["connect", "Connected"], "home: Offline");
}

#[test]
fn calls_made_offline_wait_and_are_sent_in_order() {
    let world = World::offline();
    for text in ["one", "two", "three"] {
        world.perform(echo(text));
    }
    world.check(&[], "home: ");
    world.app.connect();
    world.open();
    let sent = ["call#1 Echo one", "call#2 Echo two", "call#3 Echo three"];
    world.check(&[&["connect", "Connected"], &sent[..]].concat(), "home: ");
    world.close();
    assert_eq!(world.html(), "home: Offline, Offline, Offline");
}

#[test]
fn an_unsent_call_survives_a_failed_connection_attempt_but_not_its_deadline() {
    let world = World::offline();
    world.perform(echo("patient"));
    world.app.connect();
    world.close();
    assert_eq!(world.html(), "home: ");
    world.advance(seconds(30) - millis(1));
    assert_eq!(world.html(), "home: ");
    world.advance(millis(1));
    assert_eq!(world.html(), "home: TimedOut");
}

#[test]
fn a_call_made_after_the_connection_is_lost_waits_for_the_next() {
    let world = World::start();
    world.perform(echo("first").map(|_| Msg::Do(echo("second"))));
    world.close();
    take_log();
    world.advance(seconds(1));
    world.open();
    world.answer(2, "done");
    world.check(&["connect", "Connected", "call#2 Echo second"], "home: done");
}

#[test]
fn calls_of_one_effect_are_sent_in_order() {
    let world = World::start();
    world.perform(Effect::batch(["a", "b", "c"].map(echo)));
    world.check(&["call#1 Echo a", "call#2 Echo b", "call#3 Echo c"], "home: ");
}

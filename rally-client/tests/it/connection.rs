//! The connection: lost, restored, silent, and closed by the client.

use rally_core::frame::ServerFrame;

use crate::pages::{echo, take_log};
use crate::platform::Link;
use crate::world::{World, millis, seconds};

/// Advances the clock on a connected page, and checks the log.
#[track_caller]
fn check(world: &World, time: std::time::Duration, expected: &[&str]) {
    world.advance(time);
    assert_eq!(take_log(), expected);
}

#[test]
fn the_first_connection_removes_the_banner() {
    let world = World::offline();
    world.app.connect();
    world.open();
    world.check(&["connect", "Connected"], "home: ");
}

#[test]
fn a_pending_navigation_is_sent_again_with_its_id() {
    let world = World::start();
    world.visit("/items/7");
    world.close();
    let enter = "enter#1 Item /items/7";
    world.check(&[enter, "Disconnected"], "home: ");
    check(&world, millis(250), &["Waiting", "connect"]);
    world.open();
    world.check(&["Connected", enter], "home: ");
    world.answer(1, "tea");
    assert_eq!(world.html(), "item 7 tea: ");
}

#[test]
fn a_silent_connection_is_pinged_after_30_s_and_closed_10_s_later() {
    let world = World::start();
    check(&world, seconds(30) - millis(1), &[]);
    check(&world, millis(1), &["ping"]);
    check(&world, seconds(10) - millis(1), &[]);
    check(&world, millis(1), &["disconnect", "Disconnected"]);
    check(&world, millis(249), &[]);
    check(&world, millis(1), &["connect"]);
    world.open();
    assert_eq!(take_log(), ["Connected"]);
    check(&world, seconds(30), &["ping"]);
}

#[test]
fn a_pong_or_any_other_frame_keeps_the_connection_open() {
    let world = World::start();
    for frame in [&ServerFrame::Pong.to_bytes()[..], b"nonsense"] {
        check(&world, seconds(30), &["ping"]);
        check(&world, seconds(9), &[]);
        world.receive(frame);
        check(&world, seconds(30) - millis(1), &[]);
        check(&world, millis(1), &["ping"]);
        world.receive(frame);
    }
}

#[test]
fn a_lost_connection_is_retried_with_growing_delays() {
    let world = World::start();
    world.close();
    take_log();
    for wait in [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000] {
        check(&world, millis(wait - 1), &[]);
        check(&world, millis(1), &["connect"]);
        world.close();
        assert_eq!(take_log(), ["Disconnected"]);
    }
}

#[test]
fn a_connection_attempt_times_out_after_10_s() {
    let world = World::offline();
    world.app.connect();
    check(&world, seconds(10) - millis(1), &["connect"]);
    check(&world, millis(1), &["disconnect", "Disconnected"]);
    assert_eq!(world.fake.link.get().0, Link::None);
}

#[test]
fn a_network_that_returns_starts_the_next_attempt_at_once_and_only_one() {
    let world = World::start();
    world.fake.random.set(0.99);
    world.app.online();
    assert_eq!(take_log(), [""; 0]);
    world.close();
    world.app.online();
    world.app.online();
    assert_eq!(take_log(), ["Disconnected", "connect"]);
    // The timer of the wait that was cut short has no effect.
    check(&world, seconds(1), &[]);
    world.open();
    check(&world, seconds(30), &["Connected", "ping"]);
}

#[test]
fn malformed_frames_are_ignored() {
    let world = World::start();
    world.perform(echo("hello"));
    let ok = ServerFrame::Ok { id: world.id(1), body: b"\xa2hi" }.to_bytes();
    (0..=2).for_each(|end| world.receive(&ok[..end]));
    world.receive(b"\x94\x02\x09\xa5weird\xa0");
    world.receive(b"\x93\x00\x00\xa2hi");
    world.receive(&[0x93; 5000]);
    world.check(&["call#1 Echo hello"], "home: ");
    world.receive(&ok);
    world.check(&[], "home: hi");
}

#[test]
fn a_refusal_with_an_unknown_code_ends_its_call() {
    let world = World::start();
    world.perform(echo("hello"));
    world.receive(&[b"\x94\x02", &[world.id(1) as u8][..], b"\xa5weird\xa0"].concat());
    assert!(world.html().starts_with("home: Rejected"), "{}", world.html());
}

#[test]
fn a_reply_of_the_wrong_type_fails_only_its_call() {
    let world = World::start();
    world.perform(echo("hello"));
    world.receive(&ServerFrame::Ok { id: world.id(1), body: b"\x07" }.to_bytes());
    assert!(world.html().starts_with("home: Rejected"), "{}", world.html());
    world.note("alive");
    assert!(world.html().ends_with("alive"));
}

#[test]
fn a_silent_connection_needs_one_timer() {
    let world = World::start();
    for _ in 0..100 {
        world.advance(seconds(29));
        world.receive(&ServerFrame::Pong.to_bytes());
        assert_eq!(world.fake.clock.sleeps(), 1);
    }
    assert_eq!(take_log(), [""; 0]);
}

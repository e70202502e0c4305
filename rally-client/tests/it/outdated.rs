//! A server of another build: the document is reloaded, or the visitor sees a
//! notice.

use rally_core::call::{CallExt, Failure, Reply};
use rally_core::effect::{Effect, History};
use rally_core::frame::{Refusal, ServerFrame};

use crate::pages::{Echo, Msg, echo, take_log};
use crate::world::{World, seconds, to};

/// Prepares the home page, lets a call of it be stale, and checks the log.
#[track_caller]
fn check(before: impl FnOnce(&World), expected: &[&str]) -> World {
    let world = World::start();
    before(&world);
    stale(&world);
    assert_eq!(take_log(), expected);
    world
}

fn stale(world: &World) {
    world.perform(echo("old"));
    let log = take_log();
    let (_, id) = log.last().unwrap().split_once('#').unwrap();
    world.refuse(id.split(' ').next().unwrap().parse().unwrap(), Refusal::Stale);
}

/// Another document of the same tab, with the same old build.
fn next_document(world: &World) -> World {
    let next = World::start();
    next.fake.memory.swap(&world.fake.memory);
    next
}

#[test]
fn the_page_receives_the_failure_and_is_reloaded() {
    for refusal in [Refusal::Stale, Refusal::Unknown] {
        let world = World::start();
        world.perform(echo("old"));
        world.refuse(1, refusal);
        world.check(&["call#1 Echo old", "reload"], "home: Stale");
        world.note("still here for a moment");
        assert_eq!(take_log(), [""; 0]);
    }
}

#[test]
fn other_failures_do_not_mark_the_app_as_outdated() {
    let malformed = Refusal::Malformed { kind: rally_core::codec::DecodeErrorKind::Truncated };
    for refusal in [Refusal::Denied, Refusal::Busy, malformed, Refusal::NotFound] {
        let world = World::start();
        world.perform(echo("x"));
        world.refuse(1, refusal);
        assert_eq!(take_log(), ["call#1 Echo x"]);
    }
}

#[test]
fn the_reload_waits_for_a_call_in_flight() {
    let world = check(|world| world.perform(echo("slow")), &["Outdated"]);
    world.answer(1, "done");
    world.check(&["reload"], "home: Stale, done");

    // The server has been silent for so long that it is pinged first.
    let world = check(|world| world.perform(echo("too slow")), &["Outdated"]);
    world.advance(seconds(30));
    world.check(&["ping"], "home: Stale, TimedOut");
    world.receive(&ServerFrame::Pong.to_bytes());
    world.check(&["reload"], "home: Stale, TimedOut");
}

#[test]
fn without_a_response_of_the_server_there_is_no_reload() {
    let world = check(|world| world.perform(echo("too slow")), &["Outdated"]);
    world.advance(seconds(30));
    world.check(&["ping"], "home: Stale, TimedOut");
    world.advance(seconds(10));
    let expected = take_log();
    assert!(expected.contains(&"Disconnected".to_owned()), "{expected:?}");
    assert!(!expected.contains(&"reload".to_owned()), "{expected:?}");
}

#[test]
fn a_dirty_page_is_reloaded_once_it_is_clean() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.note("more");
    assert_eq!(take_log(), [""; 0]);
    world.note("saved");
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn a_page_with_input_of_the_visitor_is_not_reloaded() {
    let world = check(|world| world.app.edited(), &["Outdated"]);
    world.note("whatever");
    assert_eq!(take_log(), [""; 0]);

    let typed_before = |world: &World| {
        world.app.edited();
        world.visit("/about");
    };
    check(typed_before, &["reload"]);

    let world = check(|world| world.perform(echo("slow")), &["Outdated"]);
    world.app.edited();
    world.answer(1, "done");
    assert_eq!(take_log(), [""; 0]);
}

#[test]
fn a_page_with_input_from_before_its_start_is_not_reloaded() {
    let entered = |world: &World| {
        world.fake.early_input.set(true);
        world.visit("/about");
    };
    check(entered, &["Outdated"]);
}

#[test]
fn input_of_the_visitor_survives_navigation_within_the_page() {
    let typed = |world: &World| {
        world.app.edited();
        world.pop("/#part");
    };
    check(typed, &["Outdated"]);
}

#[test]
fn a_page_may_refuse_the_reload_before_it_and_in_the_same_update() {
    let world = check(|world| world.perform(Effect::stay()), &[]);
    world.note("for good");
    assert_eq!(take_log(), [""; 0]);

    let world = World::start();
    world.perform(Echo::new("old").call(|reply: Reply<Echo>| match reply {
        Err(Failure::Stale) => Msg::Do(Effect::stay()),
        _ => unreachable!("the call is stale"),
    }));
    world.refuse(1, Refusal::Stale);
    assert_eq!(take_log(), ["call#1 Echo old"]);
}

#[test]
fn a_page_that_refuses_the_reload_later_removes_the_notice() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.perform(Effect::stay());
    assert_eq!(take_log(), ["Current"]);
}

#[test]
fn a_page_may_request_a_reload_that_loses_input() {
    let world = World::start();
    world.perform(echo("slow"));
    world.app.edited();
    world.note("draft");
    world.perform(Effect::stay());
    world.perform(Effect::reload());
    assert_eq!(take_log(), ["call#1 Echo slow", "reload"]);

    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.perform(Effect::reload());
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn without_a_connection_there_is_no_reload() {
    let world = check(|world| world.perform(echo("slow")), &["Outdated"]);
    world.close();
    world.check(&["Disconnected", "Current"], "home: Stale, Offline");
    world.advance(seconds(1));
    world.open();
    assert_eq!(take_log(), ["connect", "Connected", "reload"]);

    // One notice at a time.
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.close();
    assert_eq!(take_log(), ["Disconnected", "Current"]);
    world.advance(seconds(1));
    world.open();
    assert_eq!(take_log(), ["connect", "Connected", "Outdated"]);
}

#[test]
fn a_navigation_of_an_outdated_app_loads_a_document() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.visit("/items/7#top");
    assert_eq!(take_log(), ["document /items/7#top Push if the visitor agrees"]);
    // The document is being loaded, and must not be interrupted.
    world.note("saved");
    assert_eq!(take_log(), [""; 0]);

    for (go, document) in [
        (World::visit as fn(&World, &'static str), "document /about Push if the visitor agrees"),
        (World::pop, "document /about Replace if the visitor agrees"),
    ] {
        let world = check(|world| world.note("draft"), &["Outdated"]);
        go(&world, "/about");
        assert_eq!(take_log(), [document]);
    }
}

#[test]
fn a_page_shown_without_a_connection_is_reloaded_once_connected() {
    let world = check(|world| world.perform(Effect::stay()), &[]);
    world.close();
    world.visit("/about");
    let arrived = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&[&["Disconnected"], &arrived[..]].concat(), "about: ");
    world.advance(seconds(1));
    world.open();
    assert_eq!(take_log(), ["connect", "Connected", "reload"]);
}

#[test]
fn a_pending_navigation_becomes_a_document() {
    let under_way = |world: &World| world.visit("/items/7");
    let world = check(under_way, &["Outdated"]);
    world.answer(1, "tea");
    world.check(&["Done", "document /items/7 Push"], "home: Stale");
}

#[test]
fn the_reload_does_not_wait_for_a_navigation_that_failed() {
    let under_way = |world: &World| world.visit("/items/7");
    let world = check(under_way, &["Outdated"]);
    world.advance(seconds(30));
    assert_eq!(take_log(), ["Waiting", "Done", "ping"]);
    world.receive(&ServerFrame::Pong.to_bytes());
    assert_eq!(take_log(), ["reload"]);

    let world = check(under_way, &["Outdated"]);
    world.pop("/#part");
    assert_eq!(take_log(), ["Done", "arrived /#part Returned", "reload"]);

    // The redirect leads back to the page shown.
    let world = check(under_way, &["Outdated"]);
    world.refuse(1, to("/#part"));
    assert_eq!(take_log(), ["Done", "document /#part Push", "reload"]);
}

#[test]
fn the_reload_does_not_interrupt_leaving_the_app() {
    let elsewhere = "https://example.com/";
    let left = ["document https://example.com/ Push"];
    let world = check(|world| world.note("draft"), &["Outdated"]);
    let saved = Effect::task(async { Msg::Note("saved".to_owned()) });
    world.perform(Effect::batch([saved, Effect::navigate_to(elsewhere, History::Push)]));
    let asked = "document https://example.com/ Push if the visitor agrees";
    world.check(&[asked], "home: draft, Stale, saved");

    let world = check(|world| world.visit("/items/7"), &["Outdated"]);
    world.refuse(1, to(elsewhere));
    assert_eq!(take_log(), [&["Done"], &left[..]].concat());
}

#[test]
fn a_stale_call_does_not_interrupt_the_loading_of_a_document() {
    let leaving = |world: &World| {
        world.visit("/items/7");
        world.refuse(1, Refusal::NotFound);
    };
    let world = check(leaving, &[]);
    assert_eq!(world.html(), "home: Stale");
    // The back button returns to the document, which the browser has kept.
    world.app.document_kept();
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn a_tab_that_gets_the_old_build_again_is_not_reloaded_again() {
    let first = check(|_| {}, &["reload"]);
    let second = next_document(&first);
    stale(&second);
    second.check(&["Outdated"], "home: Stale");
    // This is true even if the page requests a reload, which it may do each
    // time.
    second.perform(Effect::stay());
    second.perform(Effect::reload());
    assert_eq!(take_log(), ["Current", "Outdated"]);
    second.visit("/about");
    assert_eq!(take_log(), ["document /about Push"]);
}

#[test]
fn a_visitor_who_cancels_the_reload_sees_the_notice() {
    let world = check(|_| {}, &["reload"]);
    stale(&world);
    assert_eq!(take_log(), ["Outdated"]);
}

#[test]
fn a_stale_first_page_stays_as_the_server_sent_it_with_a_notice() {
    for refusal in [Refusal::Stale, Refusal::Unknown] {
        let world = World::empty();
        world.visit("/items/7");
        world.render();
        world.app.connect();
        world.open();
        take_log();
        world.refuse(1, refusal);
        let said = "report cannot start the page: the document stays as the server sent it";
        world.check(&["Done", "Outdated", said], "");
        world.advance(seconds(3600));
        assert!(take_log().iter().all(|line| line != "reload" && !line.starts_with("document")));
    }
}

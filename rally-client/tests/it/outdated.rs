//! A server of another version: when the document is loaded anew, and when the
//! visitor is only told.

use rally_core::call::{CallExt, Failure, Reply};
use rally_core::effect::{Effect, History};
use rally_core::frame::{Refusal, ServerFrame};

use crate::pages::{Echo, Msg, echo, take_log};
use crate::world::{World, seconds, to};

/// The home page after this; then a call of it is stale. What the runtime does
/// about it.
#[track_caller]
fn check(before: impl FnOnce(&World), happened: &[&str]) -> World {
    let world = World::start();
    before(&world);
    stale(&world);
    assert_eq!(take_log(), happened);
    world
}

/// A call of the page is stale.
fn stale(world: &World) {
    world.tell(echo("old"));
    let log = take_log();
    let (_, id) = log.last().unwrap().split_once('#').unwrap();
    world.refuse(id.split(' ').next().unwrap().parse().unwrap(), Refusal::Stale);
}

/// Another document of the same tab, with the same old build.
fn again(world: &World) -> World {
    let next = World::start();
    next.fake.memory.swap(&world.fake.memory);
    next
}

#[test]
fn the_page_hears_of_it_and_is_loaded_anew() {
    for refusal in [Refusal::Stale, Refusal::Unknown] {
        let world = World::start();
        world.tell(echo("old"));
        world.refuse(1, refusal);
        world.check(&["call#1 Echo old", "reload"], "home: Stale");
        world.note("still here for a moment");
        assert_eq!(take_log(), [""; 0]);
    }
}

#[test]
fn no_other_failure_says_that_the_app_is_out_of_date() {
    let malformed = Refusal::Malformed { kind: rally_core::codec::DecodeErrorKind::Truncated };
    for refusal in [Refusal::Denied, Refusal::Busy, malformed, Refusal::NotFound] {
        let world = World::start();
        world.tell(echo("x"));
        world.refuse(1, refusal);
        assert_eq!(take_log(), ["call#1 Echo x"]);
    }
}

#[test]
fn a_call_under_way_is_waited_for() {
    let world = check(|world| world.tell(echo("slow")), &["Outdated"]);
    world.answer(1, "done");
    world.check(&["reload"], "home: Stale, done");

    // By then the server has been silent for long: it is asked whether it is there.
    let world = check(|world| world.tell(echo("too slow")), &["Outdated"]);
    world.advance(seconds(30));
    world.check(&["ping"], "home: Stale, TimedOut");
    world.receive(&ServerFrame::Pong.to_bytes());
    world.check(&["reload"], "home: Stale, TimedOut");
}

#[test]
fn a_server_that_is_gone_is_not_asked_for_a_document() {
    let world = check(|world| world.tell(echo("too slow")), &["Outdated"]);
    world.advance(seconds(30));
    world.check(&["ping"], "home: Stale, TimedOut");
    world.advance(seconds(10));
    let happened = take_log();
    assert!(happened.contains(&"Disconnected".to_owned()), "{happened:?}");
    assert!(!happened.contains(&"reload".to_owned()), "{happened:?}");
}

#[test]
fn a_dirty_page_is_loaded_anew_once_it_is_clean() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.note("more");
    assert_eq!(take_log(), [""; 0]);
    world.note("saved");
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn what_the_visitor_has_typed_is_kept_for_as_long_as_the_page() {
    let world = check(|world| world.app.edited(), &["Outdated"]);
    world.note("whatever");
    assert_eq!(take_log(), [""; 0]);

    let typed_before = |world: &World| {
        world.app.edited();
        world.visit("/about");
    };
    check(typed_before, &["reload"]);

    let world = check(|world| world.tell(echo("slow")), &["Outdated"]);
    world.app.edited();
    world.answer(1, "done");
    assert_eq!(take_log(), [""; 0]);
}

#[test]
fn back_and_forth_within_the_page_forgets_nothing_that_was_typed() {
    let typed = |world: &World| {
        world.app.edited();
        world.pop("/#part");
    };
    check(typed, &["Outdated"]);
}

#[test]
fn a_page_may_ask_to_stay_at_any_time_and_in_the_very_update() {
    let world = check(|world| world.tell(Effect::stay()), &[]);
    world.note("for good");
    assert_eq!(take_log(), [""; 0]);

    let world = World::start();
    world.tell(Echo::new("old").call(|reply: Reply<Echo>| match reply {
        Err(Failure::Stale) => Msg::Do(Effect::stay()),
        _ => unreachable!("it is stale"),
    }));
    world.refuse(1, Refusal::Stale);
    assert_eq!(take_log(), ["call#1 Echo old"]);
}

#[test]
fn a_page_that_asks_to_stay_later_takes_the_notice_off() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.tell(Effect::stay());
    assert_eq!(take_log(), ["Current"]);
}

#[test]
fn a_page_may_ask_to_be_loaded_anew_whatever_is_lost() {
    let world = World::start();
    world.tell(echo("slow"));
    world.app.edited();
    world.note("draft");
    world.tell(Effect::stay());
    world.tell(Effect::reload());
    assert_eq!(take_log(), ["call#1 Echo slow", "reload"]);

    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.tell(Effect::reload());
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn without_a_connection_nothing_is_loaded() {
    let world = check(|world| world.tell(echo("slow")), &["Outdated"]);
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
fn another_page_comes_with_a_document_of_its_own() {
    let world = check(|world| world.note("draft"), &["Outdated"]);
    world.visit("/items/7#top");
    assert_eq!(take_log(), ["document /items/7#top Push"]);
    // It is on its way, and must not be hindered.
    world.note("saved");
    assert_eq!(take_log(), [""; 0]);

    for (go, document) in [
        (World::visit as fn(&World, &'static str), "document /about Push"),
        (World::pop, "document /about Replace"),
    ] {
        let world = check(|world| world.note("draft"), &["Outdated"]);
        go(&world, "/about");
        assert_eq!(take_log(), [document]);
    }
}

#[test]
fn another_page_is_reached_without_a_connection_and_loaded_anew_with_one() {
    let world = check(|world| world.tell(Effect::stay()), &[]);
    world.close();
    world.visit("/about");
    let arrived = ["history /about Push", "arrived /about Entered", "store mounted=/about"];
    world.check(&[&["Disconnected"], &arrived[..]].concat(), "about: ");
    world.advance(seconds(1));
    world.open();
    assert_eq!(take_log(), ["connect", "Connected", "reload"]);
}

#[test]
fn a_navigation_under_way_becomes_a_document() {
    let under_way = |world: &World| world.visit("/items/7");
    let world = check(under_way, &["Outdated"]);
    world.answer(1, "tea");
    world.check(&["Done", "document /items/7 Push"], "home: Stale");
}

#[test]
fn a_navigation_that_comes_to_nothing_is_no_longer_waited_for() {
    let under_way = |world: &World| world.visit("/items/7");
    let world = check(under_way, &["Outdated"]);
    world.advance(seconds(30));
    assert_eq!(take_log(), ["Waiting", "Done", "ping"]);
    world.receive(&ServerFrame::Pong.to_bytes());
    assert_eq!(take_log(), ["reload"]);

    let world = check(under_way, &["Outdated"]);
    world.pop("/#part");
    assert_eq!(take_log(), ["Done", "arrived /#part Returned", "reload"]);

    // It leads back to where it came from.
    let world = check(under_way, &["Outdated"]);
    world.refuse(1, to("/#part"));
    assert_eq!(take_log(), ["Done", "document /#part Push", "reload"]);
}

#[test]
fn the_way_out_of_the_app_is_not_hindered() {
    let elsewhere = "https://example.com/";
    let left = ["document https://example.com/ Push"];
    let world = check(|world| world.note("draft"), &["Outdated"]);
    let saved = Effect::task(async { Msg::Note("saved".to_owned()) });
    world.tell(Effect::batch([saved, Effect::navigate_to(elsewhere, History::Push)]));
    world.check(&left, "home: draft, Stale, saved");

    let world = check(|world| world.visit("/items/7"), &["Outdated"]);
    world.refuse(1, to(elsewhere));
    assert_eq!(take_log(), [&["Done"], &left[..]].concat());
}

#[test]
fn a_document_on_its_way_is_not_hindered_by_a_call_that_is_stale_now() {
    let leaving = |world: &World| {
        world.visit("/items/7");
        world.refuse(1, Refusal::NotFound);
    };
    let world = check(leaving, &[]);
    assert_eq!(world.html(), "home: Stale");
    // The back button, to a document that the browser has kept as it was.
    world.app.kept();
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn a_tab_that_gets_the_old_build_again_is_not_loaded_for_ever() {
    let first = check(|_| {}, &["reload"]);
    let second = again(&first);
    stale(&second);
    second.check(&["Outdated"], "home: Stale");
    // Not even if the page asks for it, which it may do each time.
    second.tell(Effect::stay());
    second.tell(Effect::reload());
    assert_eq!(take_log(), ["Current", "Outdated"]);
    second.visit("/about");
    assert_eq!(take_log(), ["document /about Push"]);
}

#[test]
fn a_visitor_who_keeps_the_document_is_told() {
    let world = check(|_| {}, &["reload"]);
    stale(&world);
    assert_eq!(take_log(), ["Outdated"]);
}

#[test]
fn a_first_page_that_is_stale_stays_as_the_server_sent_it_and_says_so() {
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

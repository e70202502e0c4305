//! What ends with a page that is left, or a navigation that is given up.

use futures_util::future::pending;
use rally_core::call::CallExt;
use rally_core::effect::{Effect, History};

use crate::pages::{Echo, Msg, echo, note_down, take_log};
use crate::world::{World, millis, seconds};

/// The home page, on its way to an item.
fn on_the_way() -> World {
    let world = World::start();
    world.visit("/items/7");
    take_log();
    world
}

/// Tells when whatever holds it is dropped.
struct Guard(&'static str);

impl Guard {
    fn note(&self) -> Msg {
        Msg::Note(self.0.to_owned())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        note_down(format!("dropped {}", self.0));
    }
}

#[test]
fn what_the_page_before_waited_for_is_over_with_it() {
    let world = World::start();
    let guard = Guard("call");
    world.tell(Effect::batch([
        Echo::new("late").call(move |_| guard.note()),
        Effect::task(async {
            let _guard = Guard("task");
            pending().await
        }),
        Effect::every(seconds(1), {
            let guard = Guard("interval");
            move || guard.note()
        }),
        Effect::on_storage("key", {
            let guard = Guard("listener");
            move |_| guard.note()
        }),
        Effect::after(seconds(1), {
            let guard = Guard("delay");
            move || guard.note()
        }),
    ]));
    world.check(&["call#1 Echo late", "listen key"], "home: ");
    world.visit("/about");
    let mut log = take_log();
    let mut dropped: Vec<_> = log.extract_if(.., |line| line.starts_with("dropped")).collect();
    dropped.sort();
    let all = ["call", "delay", "interval", "listener", "task"].map(|it| format!("dropped {it}"));
    assert_eq!(dropped, all);
    assert_eq!(log.len(), 3, "{log:?}");

    world.answer(1, "late");
    let _ = world.fake.listeners.borrow()[0].unbounded_send(None);
    world.advance(seconds(20));
    world.check(&[], "about: ");
    // The runtime's own timer is all that is left.
    assert_eq!(world.fake.clock.sleeps(), 1);
}

#[test]
fn a_call_that_was_not_sent_yet_is_not_sent_for_a_page_that_is_left() {
    let world = World::offline();
    world.tell(echo("forgotten"));
    world.visit("/about");
    take_log();
    world.app.connect();
    world.open();
    world.check(&["connect", "Connected"], "about: ");
}

#[test]
fn a_second_navigation_gives_up_the_first() {
    let world = on_the_way();
    world.advance(millis(300));
    world.visit("/items/8");
    world.check(&["Waiting", "Done", "enter#2 Item /items/8"], "home: ");
    world.answer(1, "late");
    world.check(&[], "home: ");
    world.visit("/about");
    world.answer(2, "late");
    world.check(
        &["Done", "history /about Push", "arrived /about Entered", "store mounted=/about"],
        "about: ",
    );
}

#[test]
fn leaving_the_app_gives_up_a_navigation() {
    let world = on_the_way();
    world.visit("https://example.com/");
    world.check(&["Done", "document https://example.com/ Push"], "home: ");
    world.answer(1, "late");
    world.check(&[], "home: ");
}

#[test]
fn progress_of_a_navigation_that_was_quick_is_never_shown() {
    let world = on_the_way();
    world.advance(millis(199));
    world.visit("/about");
    take_log();
    world.advance(seconds(1));
    world.check(&[], "about: ");
}

#[test]
fn an_effect_leads_to_another_page_and_ends_the_queue_of_its_own() {
    let world = World::start();
    world.tell(Effect::batch([
        Effect::navigate_to("/about", History::Replace),
        echo("sent all the same"),
        Effect::task(async { Msg::Note("of the page before".to_owned()) }),
    ]));
    let arrived = ["call#1 Echo sent all the same", "history /about Replace"];
    world.check(
        &[&arrived[..], &["arrived /about Entered", "store mounted=/about"]].concat(),
        "about: ",
    );
    world.answer(1, "of the page before");
    world.check(&[], "about: ");
}

#[test]
fn a_page_that_is_left_before_it_was_drawn_is_never_mounted() {
    let world = World::start();
    world.app.visit("/about", History::Push);
    world.visit("/");
    world.check(
        &["history /about Push", "history / Push", "arrived / Entered", "store mounted=/"],
        "home: ",
    );
}

//! Pages that are left and navigations that are cancelled.

use futures_util::future::pending;
use rally_core::call::CallExt;
use rally_core::effect::{Effect, History};

use crate::pages::{Echo, Msg, echo, note_down, take_log};
use crate::world::{World, millis, seconds};

/// The home page, with a pending navigation to an item.
fn navigating() -> World {
    let world = World::start();
    world.visit("/items/7");
    take_log();
    world
}

/// Notes in the log when it is dropped.
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
fn everything_pending_ends_with_its_page() {
    let world = World::start();
    let guard = Guard("call");
    world.perform(Effect::batch([
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
    // Only the runtime's own timer is left.
    assert_eq!(world.fake.clock.sleeps(), 1);
}

#[test]
fn an_unsent_call_of_a_page_that_is_left_is_not_sent() {
    let world = World::offline();
    world.perform(echo("forgotten"));
    world.visit("/about");
    take_log();
    world.app.connect();
    world.open();
    world.check(&["connect", "Connected"], "about: ");
}

#[test]
fn a_second_navigation_cancels_the_first() {
    let world = navigating();
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
fn leaving_the_app_cancels_a_navigation() {
    let world = navigating();
    world.visit("https://example.com/");
    world.check(&["Done", "document https://example.com/ Push"], "home: ");
    world.answer(1, "late");
    world.check(&[], "home: ");
}

#[test]
fn a_quick_navigation_shows_no_progress() {
    let world = navigating();
    world.advance(millis(199));
    world.visit("/about");
    take_log();
    world.advance(seconds(1));
    world.check(&[], "about: ");
}

#[test]
fn an_effect_that_navigates_ends_the_queue_of_its_page() {
    let world = World::start();
    world.perform(Effect::batch([
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
fn a_page_that_is_left_before_it_was_rendered_is_not_mounted() {
    let world = World::start();
    world.app.visit("/about", History::Push);
    world.visit("/");
    world.check(
        &["history /about Push", "history / Push", "arrived / Entered", "store mounted=/"],
        "home: ",
    );
}

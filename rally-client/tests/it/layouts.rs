//! Layouts, the context and the head across navigations.

use std::time::Duration;

use rally_core::codec;
use rally_core::context::Context;
use rally_core::effect::{Effect, History};
use rally_core::flags::Flags;
use rally_core::frame::MAX_FRAME;

use crate::framed::{PAGES, Site, SiteMsg, perform_in_layout};
use crate::pages::{Msg, echo, take_log};
use crate::world::{World, seconds};

/// The page at `/one`, as rendered by the server.
pub(crate) fn start() -> World {
    let world = World::of(&PAGES);
    let encode = |text: &str| codec::encode(&vec![text.to_owned()]).unwrap();
    let mut context = b"\x94\xa4/one\xa2en\xc2\xc0".to_vec();
    context.extend(encode("from the server"));
    let flags = Flags::Page {
        page: "One",
        fingerprint: (PAGES[0].fingerprint)(),
        max_frame: MAX_FRAME as u32,
        context: &context,
        layout: &encode("kept"),
        model: b"\x90",
    };
    assert!(world.hydrate("/one", &PAGES, &flags));
    world.render();
    world.check(
        &["store A=/one", "store page=/one"],
        "A[/one en light from the server; kept](/one[/one en light from the server; ])",
    );
    world.app.connect();
    world.open();
    take_log();
    world
}

fn note(text: &'static str) -> Effect<Msg> {
    Effect::task(async move { Msg::Note(text.to_owned()) })
}

fn layout(world: &World, effect: Effect<Msg>) {
    perform_in_layout(effect);
    world.settle();
}

#[test]
fn a_layout_keeps_its_state_between_its_pages() {
    let world = start();
    layout(&world, note("opened"));
    world.note("gone with the page");
    take_log();
    world.visit("/two");
    world.check(
        &[
            "init /two",
            "history /two Push",
            "title of the shell, 0 tags",
            "arrived /two Entered",
            "store page=/two",
        ],
        "A[/two en light from the server; kept, opened](/two[/two en light from the server; ])",
    );
    layout(&world, note("works"));
    assert!(world.html().contains("kept, opened, works]"), "{}", world.html());
}

#[test]
fn a_layout_starts_again_after_another_one_was_shown() {
    let world = start();
    layout(&world, note("opened"));
    world.visit("/other");
    world.check(
        &[
            "init /other",
            "history /other Push",
            "arrived /other Entered",
            "store B=/other",
            "store page=/other",
        ],
        "B[/other en light from the server; begun at /other]\
         (/other[/other en light from the server; ])",
    );
    world.visit("/one");
    world.check(
        &[
            "init /one",
            "history /one Push",
            "arrived /one Entered",
            "store A=/one",
            "store page=/one",
        ],
        "A[/one en light from the server; begun at /one](/one[/one en light from the server; ])",
    );
    world.visit("/bare");
    assert_eq!(world.html(), "/bare[/bare en light from the server; ]");
}

#[test]
fn effects_of_a_layout_end_with_the_layout_and_not_with_a_page() {
    let world = start();
    let tick = || Effect::every(Duration::from_secs(1), || Msg::Note("tick".to_owned()));
    layout(&world, tick());
    layout(&world, echo("asked"));
    world.visit("/two");
    world.answer(1, "answered");
    world.advance(seconds(2));
    let kept = "; kept, answered, tick, tick]";
    assert!(world.html().contains(kept), "{}", world.html());
    layout(&world, echo("asked again"));
    world.visit("/other");
    world.answer(2, "late");
    world.advance(seconds(2));
    assert!(world.html().contains("; begun at /other]"), "{}", world.html());
}

#[test]
fn a_message_to_the_context_updates_page_and_layout() {
    let world = start();
    world.note("message");
    world.check(
        &["call#1 Echo of the context", "title message en, 1 tags"],
        "A[/one en light from the server+one+two; kept]\
         (/one[/one en light from the server+one+two; message])",
    );
    // An effect of the context outlives the page.
    world.visit("/other");
    world.answer(1, "yes");
    let said = "from the server+one+two+Ok(\"yes\")";
    let expected =
        format!("B[/other en light {said}; begun at /other](/other[/other en light {said}; ])");
    assert_eq!(world.html(), expected);
}

#[test]
fn a_layout_can_navigate_to_another_page_and_stays() {
    let world = start();
    let go = Effect::navigate_to("/two", History::Push);
    layout(&world, Effect::batch([go, Effect::task(async { Msg::Note("went".to_owned()) })]));
    assert_eq!(
        world.html(),
        "A[/two en light from the server; kept, went](/two[/two en light from the server; ])"
    );
}

#[test]
fn the_head_follows_the_model_the_context_and_the_page() {
    let world = start();
    world.note("draft");
    assert_eq!(take_log(), ["title draft en, 1 tags"]);
    world.perform(Effect::store("key", None));
    assert_eq!(take_log(), ["store key=nothing"]);
    world.perform(Effect::set_lang("de"));
    assert_eq!(take_log(), ["cookie __rally_lang=de", "lang de chosen", "title draft de, 1 tags"]);
    world.visit("/two");
    assert!(take_log().contains(&"title of the shell, 0 tags".to_owned()));
}

#[test]
fn current_path_is_that_of_the_page_shown_until_the_next_starts() {
    let world = start();
    world.visit("/loaded");
    world.note("waits");
    assert!(world.html().starts_with("A[/one en"), "{}", world.html());
    // A text in place of a number, so the browser loads the document.
    world.answer(1, "no data");
    assert_eq!(take_log().last().unwrap(), "document /loaded Push");
    world.note("stays");
    assert!(world.html().starts_with("A[/one en"), "{}", world.html());
    assert!(world.html().contains("(/one[/one en"), "{}", world.html());
}

#[test]
fn a_page_is_mounted_even_if_its_layout_does_not_show_it_yet() {
    let world = start();
    world.app.visit("/late", History::Push);
    world.app.screen().render();
    world.check(
        &[
            "init /late",
            "history /late Push",
            "arrived /late Entered",
            "store late=/late",
            "store page=/late",
        ],
        "",
    );
    world.settle();
    assert_eq!(world.html(), "(/late[/late en light from the server; ])");
}

#[test]
fn a_message_from_a_layout_to_the_context_can_navigate_to_another_layout() {
    let world = start();
    let send = |msg| Site::default().send(msg);
    let messages = Effect::batch([send(SiteMsg::Go("/other")), send(SiteMsg::Say("last words"))]);
    layout(&world, Effect::batch([messages, note("of a layout that is gone")]));
    assert_eq!(
        world.html(),
        "B[/other en light from the server+last words; begun at /other]\
         (/other[/other en light from the server+last words; ])"
    );
    assert_eq!(take_log().iter().filter(|line| line.starts_with("store")).count(), 2);
}

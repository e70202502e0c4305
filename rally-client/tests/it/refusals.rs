//! Redirects of guests to sign-in, without circles.

use rally_core::call::CallExt;
use rally_core::effect::{Effect, History};
use rally_core::frame::{Refusal, ServerFrame};

use crate::pages::{Echo, Msg, echo, take_log};
use crate::world::{World, millis, seconds, sign_in, to};

const TOO_OFTEN: &str = "report redirect loop: the server refuses this page, but loading it leads \
                         back here: check that a proxy passes cookies to the WebSocket too";

#[test]
fn a_refused_call_of_a_guest_fails_and_then_redirects_to_sign_in() {
    let world = World::start();
    world.perform(echo("secret"));
    world.refuse(1, sign_in());
    world.check(&["call#1 Echo secret", "document /sign-in Push"], "home: SignedOut");
}

#[test]
fn the_page_receives_the_failure_before_the_redirect() {
    let world = World::start();
    world.perform(Echo::new("secret").call(|_| Msg::Do(Effect::store("heard", None))));
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["call#1 Echo secret", "store heard=nothing", "document /sign-in Push"]);
}

#[test]
fn a_denied_call_only_fails() {
    let world = World::start();
    world.perform(echo("secret"));
    world.refuse(1, Refusal::Denied);
    world.check(&["call#1 Echo secret"], "home: Denied");
}

#[test]
fn several_refused_calls_redirect_once_and_all_end() {
    let world = World::start();
    world.perform(Effect::batch(["a", "b", "c"].map(echo)));
    take_log();
    for number in [2, 1, 3] {
        world.refuse(number, sign_in());
    }
    world.check(&["document /sign-in Push"], "home: SignedOut, SignedOut, SignedOut");
}

#[test]
fn the_redirect_to_sign_in_cancels_a_navigation() {
    let world = World::start();
    world.perform(echo("secret"));
    world.visit("/items/7");
    take_log();
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["Done", "document /sign-in Push"]);
}

#[test]
fn a_refused_call_of_a_page_that_was_left_does_not_redirect() {
    let world = World::start();
    world.perform(echo("secret"));
    world.visit("/about");
    take_log();
    world.refuse(1, sign_in());
    world.check(&[], "about: ");
}

#[test]
fn a_refusal_without_a_request_redirects_to_sign_in() {
    let world = World::start();
    world.perform(echo("under way"));
    take_log();
    world.receive(&ServerFrame::Refused { id: 0, refusal: sign_in() }.to_bytes());
    world.check(&["document /sign-in Push"], "home: ");
    // A pending call still ends, by its timeout.
    world.advance(seconds(30));
    assert_eq!(world.html(), "home: TimedOut");
    for refusal in [Refusal::Denied, to("/about"), Refusal::Stale] {
        let world = World::start();
        world.receive(&ServerFrame::Refused { id: 0, refusal }.to_bytes());
        world.check(&[], "home: ");
    }
}

/// Loads documents of one tab, each of which is refused at once. Returns how
/// many were loaded.
fn documents(max: usize, pause: u64, turn_away: impl Fn(&World)) -> usize {
    let mut world = World::start();
    for loaded in 0..max {
        take_log();
        turn_away(&world);
        let log = take_log();
        if !log.iter().any(|line| line.starts_with("document")) {
            assert_eq!(log.last().unwrap(), TOO_OFTEN);
            return loaded;
        }
        let next = World::start();
        next.fake.clock.set(world.fake.clock.now() + seconds(pause));
        next.fake.memory.swap(&world.fake.memory);
        world = next;
    }
    max
}

#[test]
fn documents_in_circles_around_a_refused_page_stop() {
    let shown = |world: &World| world.refuse_shown(sign_in());
    assert_eq!(documents(10, 0, shown), 3);
    assert_eq!(documents(10, 6, shown), 3);
    let denied = |world: &World| world.refuse_shown(Refusal::Denied);
    assert_eq!(documents(10, 2, denied), 3);
    // Slower repetitions, such as those of a visitor, are not stopped.
    assert_eq!(documents(10, 20, shown), 10);
}

#[test]
fn documents_in_circles_around_a_refused_call_stop() {
    let call = |world: &World| {
        world.perform(echo("secret"));
        world.refuse(1, sign_in());
        assert_eq!(world.html(), "home: SignedOut");
    };
    assert_eq!(documents(10, 0, call), 3);
    assert_eq!(documents(10, 20, call), 10);
}

#[test]
fn a_tab_without_storage_is_not_redirected() {
    let world = World::start();
    world.fake.forgetful.set(true);
    world.refuse_shown(sign_in());
    world.check(&[TOO_OFTEN], "home: ");
}

#[test]
fn a_document_that_did_not_load_is_requested_again() {
    let world = World::start();
    let call = |number| {
        world.perform(echo("secret"));
        world.refuse(number, sign_in());
        take_log().pop().unwrap()
    };
    assert_eq!(call(1), "document /sign-in Push");
    world.advance(seconds(5) - millis(1));
    assert_eq!(call(2), "call#2 Echo secret");
    world.advance(millis(1));
    assert_eq!(call(3), "document /sign-in Push");
}

#[test]
fn a_navigation_of_the_page_takes_precedence_over_the_redirect() {
    let world = World::start();
    world.perform(
        Echo::new("out").call(|_| Msg::Do(Effect::navigate_to("/nowhere", History::Push))),
    );
    world.refuse(1, sign_in());
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["call#1 Echo out", "document /nowhere Push"]);
    // The document does not load, so the refusal is handled again.
    world.advance(seconds(10));
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["document / Replace"]);
}

/// A first page that could not be hydrated, and is requested.
fn first_page() -> World {
    let world = World::empty();
    world.app.connect();
    world.open();
    world.app.visit("/vault", History::Replace);
    world.render();
    take_log();
    world
}

#[test]
fn a_refused_first_page_stays_as_the_server_sent_it() {
    let said = "report cannot start the page: the document stays as the server sent it";
    for refusal in [Refusal::Denied, Refusal::NotFound, Refusal::OverHttp] {
        let world = first_page();
        world.refuse(1, refusal);
        world.check(&["Done", said], "");
    }
}

#[test]
fn a_first_page_redirects_to_another_document_but_not_in_circles() {
    for (refusal, document) in
        [(sign_in(), "document /sign-in Replace"), (to("/items/7"), "document /items/7 Replace")]
    {
        let mut memory = Default::default();
        for step in 0..5 {
            let world = first_page();
            world.fake.memory.swap(&memory);
            world.refuse(1, refusal.clone());
            let expected = if step < 3 { document } else { TOO_OFTEN };
            world.check(&["Done", expected], "");
            memory = world.fake.memory.take().into();
        }
    }
}

/// A layout may make calls around the sign-in page too, again and again.
#[test]
fn the_sign_in_page_does_not_redirect_to_itself() {
    let here = || Refusal::SignIn { url: "/?return_to=%2F".to_owned() };
    let world = World::start();
    world.perform(echo("for somebody"));
    take_log();
    world.refuse(1, here());
    assert_eq!(take_log(), ["document /?return_to=%2F Push"]);
    let memory = world.fake.memory.take();

    let world = World::start();
    world.fake.memory.replace(memory);
    for number in 1..4 {
        world.advance(seconds(20));
        world.perform(echo("for somebody"));
        take_log();
        world.refuse(number, here());
        assert_eq!(take_log(), [""; 0]);
        world.receive(&ServerFrame::Pong.to_bytes());
    }
    assert_eq!(world.html(), "home: SignedOut, SignedOut, SignedOut");
}

//! A visitor who has to sign in first: where the browser goes, and where not.

use rally_core::call::CallExt;
use rally_core::effect::{Effect, History};
use rally_core::frame::{Refusal, ServerFrame};

use crate::pages::{Echo, Msg, echo, take_log};
use crate::world::{World, millis, seconds, sign_in, to};

const TOO_OFTEN: &str = "report redirect loop: the server refuses access, and its documents \
                         lead back to this page, which stays as it is";

#[test]
fn a_call_of_who_has_to_sign_in_fails_and_then_the_browser_goes_there() {
    let world = World::start();
    world.tell(echo("secret"));
    world.refuse(1, sign_in());
    world.check(&["call#1 Echo secret", "document /sign-in Push"], "home: SignedOut");
}

#[test]
fn the_page_hears_of_it_before_the_browser_goes() {
    let world = World::start();
    world.tell(Echo::new("secret").call(|_| Msg::Do(Effect::store("heard", None))));
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["call#1 Echo secret", "store heard=nothing", "document /sign-in Push"]);
}

#[test]
fn a_call_that_is_denied_fails_and_nothing_else_happens() {
    for refusal in [Refusal::Denied, Refusal::OtherPage] {
        let world = World::start();
        world.tell(echo("secret"));
        world.refuse(1, refusal);
        world.check(&["call#1 Echo secret"], "home: Denied");
    }
}

#[test]
fn many_calls_of_who_has_to_sign_in_go_there_once_and_none_hangs() {
    let world = World::start();
    world.tell(Effect::batch(["a", "b", "c"].map(echo)));
    take_log();
    for number in [2, 1, 3] {
        world.refuse(number, sign_in());
    }
    world.check(&["document /sign-in Push"], "home: SignedOut, SignedOut, SignedOut");
}

#[test]
fn a_navigation_under_way_is_given_up_for_it() {
    let world = World::start();
    world.tell(echo("secret"));
    world.visit("/items/7");
    take_log();
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["Done", "document /sign-in Push"]);
}

#[test]
fn a_call_of_a_page_that_was_left_does_not_lead_away_from_the_next() {
    let world = World::start();
    world.tell(echo("secret"));
    world.visit("/about");
    take_log();
    world.refuse(1, sign_in());
    world.check(&[], "about: ");
}

#[test]
fn a_refusal_of_no_request_leads_to_where_one_signs_in() {
    let world = World::start();
    world.tell(echo("under way"));
    take_log();
    world.receive(&ServerFrame::Refused { id: 0, refusal: sign_in() }.to_bytes());
    world.check(&["document /sign-in Push"], "home: ");
    // Whoever waits goes on waiting, and not for ever.
    world.advance(seconds(30));
    assert_eq!(world.html(), "home: TimedOut");
    for refusal in [Refusal::Denied, to("/about"), Refusal::Stale] {
        let world = World::start();
        world.receive(&ServerFrame::Refused { id: 0, refusal }.to_bytes());
        world.check(&[], "home: ");
    }
}

/// Documents of one tab, each of which is turned away as soon as it is there.
/// How often another one was loaded.
fn documents(most: usize, pause: u64, turn_away: impl Fn(&World)) -> usize {
    let mut world = World::start();
    for loaded in 0..most {
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
    most
}

#[test]
fn documents_that_lead_back_to_a_page_that_is_refused_are_not_loaded_for_ever() {
    let shown = |world: &World| world.refuse_shown(sign_in());
    assert_eq!(documents(10, 0, shown), 3);
    assert_eq!(documents(10, 6, shown), 3);
    let denied = |world: &World| world.refuse_shown(Refusal::Denied);
    assert_eq!(documents(10, 2, denied), 3);
    // By hand it takes longer.
    assert_eq!(documents(10, 20, shown), 10);
}

#[test]
fn documents_that_lead_back_to_a_call_that_is_refused_are_not_loaded_for_ever() {
    let call = |world: &World| {
        world.tell(echo("secret"));
        world.refuse(1, sign_in());
        assert_eq!(world.html(), "home: SignedOut");
    };
    assert_eq!(documents(10, 0, call), 3);
    assert_eq!(documents(10, 20, call), 10);
}

#[test]
fn a_tab_that_remembers_nothing_stays_where_it_is() {
    let world = World::start();
    world.fake.forgetful.set(true);
    world.refuse_shown(sign_in());
    world.check(&[TOO_OFTEN], "home: ");
}

#[test]
fn a_document_that_did_not_come_is_asked_for_again() {
    let world = World::start();
    let call = |number| {
        world.tell(echo("secret"));
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
fn where_a_page_leads_by_itself_is_not_overtaken() {
    let world = World::start();
    world.tell(Echo::new("out").call(|_| Msg::Do(Effect::navigate_to("/nowhere", History::Push))));
    world.refuse(1, sign_in());
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["call#1 Echo out", "document /nowhere Push"]);
    // It does not come: whether the page may be shown is asked again.
    world.advance(seconds(10));
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["document / Replace"]);
}

/// The first page could not be taken over, and is asked for.
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
fn a_first_page_that_is_refused_stays_as_the_server_sent_it() {
    let said = "report cannot start the page: the document stays as the server sent it";
    for refusal in [Refusal::Denied, Refusal::NotFound, Refusal::OverHttp] {
        let world = first_page();
        world.refuse(1, refusal);
        world.check(&["Done", said], "");
    }
}

#[test]
fn a_first_page_leads_on_to_another_document_but_not_in_circles() {
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

/// A layout that asks for what is the visitor's every now and then does so
/// around the page where one signs in, too.
#[test]
fn who_is_where_one_signs_in_is_left_there_once_the_document_says_so() {
    let here = || Refusal::SignIn { url: "/?return_to=%2F".to_owned() };
    let world = World::start();
    world.tell(echo("for somebody"));
    take_log();
    world.refuse(1, here());
    assert_eq!(take_log(), ["document /?return_to=%2F Push"]);
    let memory = world.fake.memory.take();

    let world = World::start();
    world.fake.memory.replace(memory);
    for number in 1..4 {
        world.advance(seconds(20));
        world.tell(echo("for somebody"));
        take_log();
        world.refuse(number, here());
        assert_eq!(take_log(), [""; 0]);
        world.receive(&ServerFrame::Pong.to_bytes());
    }
    assert_eq!(world.html(), "home: SignedOut, SignedOut, SignedOut");
}

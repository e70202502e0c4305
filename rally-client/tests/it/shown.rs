//! The server is told which page is shown, and says whether it may be.

use rally_core::effect::{Effect, History};
use rally_core::frame::{ClientFrame, Refusal, ServerFrame};
use rally_core::registry::Pages;

use crate::pages::{Msg, PAGES, echo, take_log};
use crate::world::{World, millis, seconds, sign_in, to};

#[test]
fn a_connection_that_opens_is_told_first_by_name_fingerprint_and_url() {
    let world = World::offline();
    world.app.connect();
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect", "show Home /"]);
    let pages = Pages::new(&PAGES).unwrap();
    let fingerprint = pages.find("/").unwrap().0.fingerprint;
    let show = ClientFrame::PageShown { id: 1, page: "Home", fingerprint, url: "/" };
    assert_eq!(ClientFrame::read(&world.fake.all_sent.borrow()[0]), Ok(show));
}

#[test]
fn calls_and_navigations_that_waited_for_the_connection_come_after_it() {
    let world = World::offline();
    world.tell(echo("one"));
    world.visit("/items/7?x=1");
    world.app.connect();
    world.open();
    let sent = ["connect", "show Home /", "call#1 Echo one", "enter#2 Item /items/7?x=1"];
    assert_eq!(world.fake.take_frames(), sent);
    world.answer(2, "tea");
    assert_eq!(world.fake.take_frames(), ["show Item /items/7?x=1"]);
    // What is under way is asked again, and comes after it again.
    world.visit("/items/8");
    world.close();
    world.advance(seconds(1));
    world.open();
    let again = ["enter#3 Item /items/8", "connect", "show Item /items/7?x=1"];
    assert_eq!(world.fake.take_frames(), [&again[..], &["enter#3 Item /items/8"]].concat());
}

#[test]
fn every_arrival_is_told_before_the_first_call_of_the_page() {
    let world = World::start();
    world.fake.take_frames();
    world.visit("/about#team");
    world.tell(echo("about"));
    world.pop("/");
    world.tell(echo("home"));
    let sent = ["show About /about", "call#1 Echo about", "show Home /", "call#2 Echo home"];
    assert_eq!(world.fake.take_frames(), sent);
}

#[test]
fn a_page_that_is_entered_again_is_told_again_and_a_place_on_it_is_not() {
    let world = World::start();
    world.fake.take_frames();
    world.pop("/#part");
    assert_eq!(world.fake.take_frames(), [""; 0]);
    world.visit("/");
    assert_eq!(world.fake.take_frames(), ["show Home /"]);
}

#[test]
fn a_page_reached_without_a_connection_is_told_when_there_is_one() {
    let world = World::start();
    world.close();
    world.fake.take_frames();
    world.visit("/about");
    assert_eq!(world.fake.take_frames(), [""; 0]);
    world.advance(seconds(1));
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect", "show About /about"]);
}

#[test]
fn nothing_is_told_before_the_first_page() {
    let world = World::empty();
    world.app.connect();
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect"]);
    world.visit("/about");
    world.render();
    assert_eq!(world.fake.take_frames(), ["show About /about"]);
}

#[test]
fn a_url_that_is_larger_than_the_server_takes_is_not_told() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.close();
    world.visit(&format!("/about?{}", "x".repeat(60)));
    world.fake.take_frames();
    world.advance(seconds(1));
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect"]);
}

/// The home page, refused after this; what follows.
#[track_caller]
fn check(before: impl FnOnce(&World), refusal: Refusal, happened: &[&str]) -> World {
    let world = World::start();
    before(&world);
    take_log();
    world.refuse_shown(refusal);
    assert_eq!(take_log(), happened);
    world
}

#[test]
fn a_visitor_who_is_not_admitted_any_more_gets_the_pages_document() {
    let refusals = [sign_in(), Refusal::Denied, Refusal::NotFound, to("/about"), Refusal::OverHttp];
    for refusal in refusals {
        check(|_| {}, refusal.clone(), &["document / Replace"]);
        check(|world| world.visit("/about?x=1"), refusal, &["document /about?x=1 Replace"]);
    }
}

#[test]
fn a_document_for_that_gives_up_a_navigation() {
    let on_the_way = |world: &World| world.visit("/items/7");
    let world = check(on_the_way, sign_in(), &["Done", "document / Replace"]);
    world.answer(1, "late");
    world.check(&[], "home: ");
}

#[test]
fn where_the_back_button_leads_decides_for_itself() {
    let on_the_way = |world: &World| world.pop("/items/7");
    let world = check(on_the_way, sign_in(), &[]);
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["Done", "document /items/7 Replace"]);
}

#[test]
fn a_page_of_another_build_is_loaded_anew_when_nothing_is_lost_by_it() {
    for refusal in [Refusal::Stale, Refusal::Unknown] {
        check(|_| {}, refusal.clone(), &["reload"]);
        let world = check(|world| world.note("draft"), refusal, &["Outdated"]);
        world.note("saved");
        assert_eq!(take_log(), ["reload"]);
    }
}

#[test]
fn a_page_of_another_build_is_not_loaded_for_ever() {
    let first = check(|_| {}, Refusal::Stale, &["reload"]);
    let next = World::start();
    next.fake.memory.swap(&first.fake.memory);
    next.refuse_shown(Refusal::Stale);
    assert_eq!(take_log(), ["Outdated"]);
}

#[test]
fn a_server_that_could_not_tell_is_asked_again_later() {
    let internal = Refusal::Internal { trace_id: "1-2".to_owned() };
    for refusal in [Refusal::Busy, internal] {
        let world = check(|_| {}, refusal.clone(), &[]);
        world.fake.take_frames();
        world.advance(seconds(10) - millis(1));
        assert_eq!(world.fake.take_frames(), [""; 0]);
        world.advance(millis(1));
        assert_eq!(world.fake.take_frames(), ["show Home /"]);
        // As often as it takes, but one question at a time.
        world.refuse_shown(refusal.clone());
        world.visit("/about");
        world.fake.take_frames();
        world.advance(seconds(29));
        assert_eq!(world.fake.take_frames(), [""; 0]);
    }
}

#[test]
fn a_question_for_later_is_not_asked_when_the_connection_was_told_anew() {
    let world = check(|_| {}, Refusal::Busy, &[]);
    world.close();
    world.advance(seconds(1));
    world.open();
    world.fake.take_frames();
    world.advance(seconds(20));
    assert_eq!(world.fake.take_frames(), [""; 0]);
}

#[test]
fn a_server_that_does_not_know_the_frame_is_not_asked_again() {
    let kind = rally_core::codec::DecodeErrorKind::UnknownKind;
    let world = check(|_| {}, Refusal::Malformed { kind }, &[]);
    world.fake.take_frames();
    world.advance(seconds(29));
    assert_eq!(world.fake.take_frames(), [""; 0]);
}

#[test]
fn only_the_last_page_told_counts() {
    let world = World::start();
    let home = world.shown_id();
    world.visit("/about");
    take_log();
    let refused = |id| ServerFrame::Refused { id, refusal: sign_in() }.to_bytes();
    world.receive(&refused(home));
    assert_eq!(take_log(), [""; 0]);
    let about = world.shown_id();
    world.receive(&ServerFrame::Ok { id: about, body: b"\xc0" }.to_bytes());
    world.receive(&refused(about));
    assert_eq!(take_log(), [""; 0]);
}

#[test]
fn being_told_is_no_request_that_a_newer_build_would_wait_for() {
    let world = World::start();
    world.tell(echo("old"));
    world.visit("/about");
    world.tell(echo("old"));
    take_log();
    // Neither page was answered for.
    world.refuse(2, Refusal::Stale);
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn a_page_that_leads_on_at_once_is_not_the_last_one_told() {
    let world = World::start();
    world.fake.take_frames();
    let on = || Msg::Do(Effect::navigate_to("/", History::Replace));
    world.tell(Effect::batch([
        Effect::navigate_to("/about", History::Push),
        Effect::navigate_to("/vault", History::Push),
    ]));
    world.tell(Effect::after(seconds(1), on));
    world.advance(seconds(1));
    let sent = ["show About /about", "enter#1 Vault /vault", "show Home /"];
    assert_eq!(world.fake.take_frames(), sent);
}

#[test]
fn a_document_that_the_browser_has_kept_is_told_when_it_comes_back() {
    let world = World::start();
    world.fake.take_frames();
    world.app.kept();
    assert_eq!(world.fake.take_frames(), ["show Home /"]);
    // Signed out in between.
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["document / Replace"]);
}

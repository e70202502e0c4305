//! Reports to the server which page is shown, and its replies.

use rally_core::effect::{Effect, History};
use rally_core::frame::{ClientFrame, Refusal, ServerFrame};
use rally_core::registry::Pages;

use crate::pages::{Msg, PAGES, echo, take_log};
use crate::world::{World, millis, seconds, sign_in, to};

#[test]
fn the_page_shown_is_the_first_frame_of_a_connection() {
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
fn waiting_calls_and_navigations_are_sent_after_the_page_shown() {
    let world = World::offline();
    world.perform(echo("one"));
    world.visit("/items/7?x=1");
    world.app.connect();
    world.open();
    let sent = ["connect", "show Home /", "call#1 Echo one", "enter#2 Item /items/7?x=1"];
    assert_eq!(world.fake.take_frames(), sent);
    world.answer(2, "tea");
    assert_eq!(world.fake.take_frames(), ["show Item /items/7?x=1"]);
    // A pending request is sent again, after the report.
    world.visit("/items/8");
    world.close();
    world.advance(seconds(1));
    world.open();
    let again = ["enter#3 Item /items/8", "connect", "show Item /items/7?x=1"];
    assert_eq!(world.fake.take_frames(), [&again[..], &["enter#3 Item /items/8"]].concat());
}

#[test]
fn every_page_shown_is_reported_before_its_first_call() {
    let world = World::start();
    world.fake.take_frames();
    world.visit("/about#team");
    world.perform(echo("about"));
    world.pop("/");
    world.perform(echo("home"));
    let sent = ["show About /about", "call#1 Echo about", "show Home /", "call#2 Echo home"];
    assert_eq!(world.fake.take_frames(), sent);
}

#[test]
fn a_page_that_is_entered_again_is_reported_and_a_fragment_is_not() {
    let world = World::start();
    world.fake.take_frames();
    world.pop("/#part");
    assert_eq!(world.fake.take_frames(), [""; 0]);
    world.visit("/");
    assert_eq!(world.fake.take_frames(), ["show Home /"]);
}

#[test]
fn a_page_shown_without_a_connection_is_reported_once_connected() {
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
fn nothing_is_reported_before_the_first_page() {
    let world = World::empty();
    world.app.connect();
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect"]);
    world.visit("/about");
    world.render();
    assert_eq!(world.fake.take_frames(), ["show About /about"]);
}

#[test]
fn a_url_beyond_the_maximum_frame_size_is_not_reported() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.close();
    world.visit(&format!("/about?{}", "x".repeat(60)));
    world.fake.take_frames();
    world.advance(seconds(1));
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect"]);
}

/// Prepares the home page, lets the server refuse it, and checks the log.
#[track_caller]
fn check(before: impl FnOnce(&World), refusal: Refusal, expected: &[&str]) -> World {
    let world = World::start();
    before(&world);
    take_log();
    world.refuse_shown(refusal);
    assert_eq!(take_log(), expected);
    world
}

#[test]
fn a_refused_page_loads_its_document() {
    let refusals = [sign_in(), Refusal::Denied, Refusal::NotFound, to("/about"), Refusal::OverHttp];
    for refusal in refusals {
        check(|_| {}, refusal.clone(), &["document / Replace"]);
        check(|world| world.visit("/about?x=1"), refusal, &["document /about?x=1 Replace"]);
    }
}

#[test]
fn loading_the_document_of_a_refused_page_cancels_a_navigation() {
    let navigating = |world: &World| world.visit("/items/7");
    let world = check(navigating, sign_in(), &["Done", "document / Replace"]);
    world.answer(1, "late");
    world.check(&[], "home: ");
}

#[test]
fn a_navigation_by_the_back_button_takes_precedence_over_the_refusal() {
    let navigating = |world: &World| world.pop("/items/7");
    let world = check(navigating, sign_in(), &[]);
    world.refuse(1, sign_in());
    assert_eq!(take_log(), ["Done", "document /items/7 Replace"]);
}

#[test]
fn a_page_of_another_build_is_reloaded_once_no_input_is_lost() {
    for refusal in [Refusal::Stale, Refusal::Unknown] {
        check(|_| {}, refusal.clone(), &["reload"]);
        let world = check(|world| world.note("draft"), refusal, &["Outdated"]);
        world.note("saved");
        assert_eq!(take_log(), ["reload"]);
    }
}

#[test]
fn a_page_of_another_build_is_reloaded_only_once() {
    let first = check(|_| {}, Refusal::Stale, &["reload"]);
    let next = World::start();
    next.fake.memory.swap(&first.fake.memory);
    next.refuse_shown(Refusal::Stale);
    assert_eq!(take_log(), ["Outdated"]);
}

#[test]
fn a_report_that_failed_is_repeated_after_10_seconds() {
    let internal = Refusal::Internal { trace_id: "1-2".to_owned() };
    for refusal in [Refusal::Busy, internal] {
        let world = check(|_| {}, refusal.clone(), &[]);
        world.fake.take_frames();
        world.advance(seconds(10) - millis(1));
        assert_eq!(world.fake.take_frames(), [""; 0]);
        world.advance(millis(1));
        assert_eq!(world.fake.take_frames(), ["show Home /"]);
        // The report is repeated without a limit, but one at a time.
        world.refuse_shown(refusal.clone());
        world.visit("/about");
        world.fake.take_frames();
        world.advance(seconds(29));
        assert_eq!(world.fake.take_frames(), [""; 0]);
    }
}

#[test]
fn a_repeated_report_is_cancelled_by_a_new_connection() {
    let world = check(|_| {}, Refusal::Busy, &[]);
    world.close();
    world.advance(seconds(1));
    world.open();
    world.fake.take_frames();
    world.advance(seconds(20));
    assert_eq!(world.fake.take_frames(), [""; 0]);
}

#[test]
fn a_report_that_the_server_cannot_read_is_not_repeated() {
    let kind = rally_core::codec::DecodeErrorKind::UnknownKind;
    let world = check(|_| {}, Refusal::Malformed { kind }, &[]);
    world.fake.take_frames();
    world.advance(seconds(29));
    assert_eq!(world.fake.take_frames(), [""; 0]);
}

#[test]
fn only_the_reply_to_the_last_report_is_handled() {
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
fn the_reload_for_a_newer_build_does_not_wait_for_reports() {
    let world = World::start();
    world.perform(echo("old"));
    world.visit("/about");
    world.perform(echo("old"));
    take_log();
    // The server has not replied to either report.
    world.refuse(2, Refusal::Stale);
    assert_eq!(take_log(), ["reload"]);
}

#[test]
fn a_page_that_navigates_at_once_is_reported_again_when_it_is_shown_again() {
    let world = World::start();
    world.fake.take_frames();
    let on = || Msg::Do(Effect::navigate_to("/", History::Replace));
    world.perform(Effect::batch([
        Effect::navigate_to("/about", History::Push),
        Effect::navigate_to("/vault", History::Push),
    ]));
    world.perform(Effect::after(seconds(1), on));
    world.advance(seconds(1));
    let sent = ["show About /about", "enter#1 Vault /vault", "show Home /"];
    assert_eq!(world.fake.take_frames(), sent);
}

#[test]
fn a_document_restored_from_the_back_forward_cache_is_reported() {
    let world = World::start();
    world.fake.take_frames();
    world.app.document_kept();
    assert_eq!(world.fake.take_frames(), ["show Home /"]);
    // The visitor has signed out in the meantime.
    world.refuse_shown(sign_in());
    assert_eq!(take_log(), ["document / Replace"]);
}

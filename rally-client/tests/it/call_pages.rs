//! The page that a call names: the one that it was made on.

use rally_core::call::{CallExt, Reply};
use rally_core::effect::{Effect, History};
use rally_core::frame::{CallPage, ClientFrame, Refusal, RequestId};

use crate::pages::{About, Echo, Msg, echo, post, take_log};
use crate::world::{World, seconds};

/// The pages that the calls on the socket have named, oldest first. 0 if a call has named none.
fn named(world: &World) -> Vec<RequestId> {
    let sent = world.fake.all_sent.borrow();
    let pages = sent.iter().filter_map(|frame| match ClientFrame::read(frame).unwrap() {
        ClientFrame::Call { page: CallPage::Shown(id), .. } => Some(id),
        ClientFrame::Call { page: CallPage::None, .. } => Some(0),
        ClientFrame::Call { page: CallPage::At(url), .. } => panic!("{url} on a socket"),
        _ => None,
    });
    pages.collect()
}

/// The pages that the calls over HTTP have named.
fn named_over_http(world: &World) -> Vec<Option<String>> {
    let fetched = world.fake.fetched.borrow();
    let frames = fetched.iter().map(|request| ClientFrame::read(request.body.as_ref().unwrap()));
    let pages = frames.map(|frame| match frame {
        Ok(ClientFrame::Call { page: CallPage::At(url), .. }) => Some(url.to_owned()),
        Ok(ClientFrame::Call { page: CallPage::None, .. }) => None,
        other => panic!("{other:?}"),
    });
    pages.collect()
}

#[test]
fn a_call_names_the_report_of_its_page() {
    let world = World::start();
    world.perform(echo("a"));
    let home = world.shown_id();
    world.visit("/about");
    world.perform(echo("b"));
    let about = world.shown_id();
    assert_ne!(home, about);
    assert_eq!(named(&world), [home, about]);
}

#[test]
fn a_refused_report_is_named_and_not_the_one_before() {
    let world = World::start();
    let home = world.shown_id();
    world.visit("/about");
    world.refuse_shown(Refusal::Busy);
    world.perform(echo("a"));
    assert_eq!(named(&world), [world.shown_id()]);
    assert_ne!(world.shown_id(), home);
}

#[test]
fn a_page_whose_url_is_too_long_for_a_report_is_not_named() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.visit(&format!("/about?{}", "x".repeat(60)));
    world.perform(echo("a"));
    assert_eq!(named(&world), [0]);
    world.fake.take_frames();
    world.refuse(1, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), [""; 0]);
    assert!(world.html().ends_with("Denied"), "{}", world.html());
}

#[test]
fn a_call_that_waits_for_the_connection_names_the_report_on_it() {
    let world = World::start();
    let before = world.shown_id();
    world.close();
    world.perform(echo("a"));
    world.advance(seconds(1));
    world.open();
    assert_ne!(world.shown_id(), before);
    assert_eq!(named(&world), [world.shown_id()]);
}

#[test]
fn a_call_that_waits_while_the_url_changes_names_no_page() {
    let world = World::start();
    world.visit("/about?tab=1");
    world.close();
    world.perform(Effect::batch([echo("a"), Effect::set_url(About, History::Push), echo("b")]));
    world.advance(seconds(1));
    world.open();
    assert_eq!(named(&world), [0, world.shown_id()]);
}

/// A page with another URL after `begin` than the one at which it began.
fn begun_at_another_url(begin: Effect<Msg>) -> World {
    let world = World::start();
    world.visit("/about?tab=1");
    world.perform(begin);
    world.perform(Effect::set_url(About, History::Push));
    world
}

fn then_echo<T>(_: T) -> Msg {
    Msg::Do(echo("b"))
}

#[test]
fn a_delayed_call_of_another_url_names_no_page() {
    let debounce = |effect| Effect::debounce("save", seconds(1), effect);
    let throttle = |effect| Effect::throttle("save", seconds(1), effect);
    for delay in [debounce as fn(_) -> _, throttle] {
        let world = begun_at_another_url(Effect::batch([delay(Effect::none()), delay(echo("a"))]));
        world.advance(seconds(1));
        assert_eq!(named(&world), [0]);
    }
}

#[test]
fn a_delayed_call_of_the_same_url_names_the_page() {
    let world = World::start();
    world.perform(Effect::debounce("save", seconds(1), echo("a")));
    world.advance(seconds(1));
    assert_eq!(named(&world), [world.shown_id()]);
}

#[test]
fn a_call_that_follows_an_answer_of_another_url_names_no_page() {
    let begin = Echo::new("a").call(then_echo::<Reply<Echo>>);
    let world = begun_at_another_url(begin);
    let report = world.shown_id();
    world.answer(1, "done");
    assert_eq!(named(&world)[1..], [0]);
    // A new event belongs to the shown page.
    world.perform(echo("c"));
    assert_eq!(named(&world)[2..], [report]);
}

#[test]
fn a_call_that_follows_a_lost_call_of_another_url_names_no_page() {
    let begin = Echo::new("a").call(then_echo::<Reply<Echo>>);
    let world = begun_at_another_url(begin);
    world.close();
    world.advance(seconds(1));
    world.open();
    assert_eq!(named(&world)[1..], [0]);
}

#[test]
fn calls_that_follow_timers_tasks_and_renders_of_another_url_name_no_page() {
    let timer = Effect::after(seconds(1), || then_echo(()));
    let task = Effect::after(seconds(1), || {
        Msg::Do(Effect::task(async { Msg::Do(Effect::after_render(|| then_echo(()))) }))
    });
    let world = begun_at_another_url(Effect::batch([timer, task]));
    world.advance(seconds(1));
    assert_eq!(named(&world), [0, 0]);
}

#[test]
fn a_message_that_is_queued_while_the_url_changes_belongs_to_the_url_before() {
    let world = World::start();
    world.visit("/about?tab=1");
    world.perform(Effect::batch([
        Effect::task(async { then_echo(()) }),
        Effect::after_render(|| then_echo(())),
        Effect::set_url(About, History::Push),
    ]));
    assert_eq!(named(&world), [0, 0]);
}

#[test]
fn an_interval_and_the_storage_belong_to_the_page_that_is_shown() {
    let every = Effect::every(seconds(1), || then_echo(()));
    let world = begun_at_another_url(every);
    world.advance(seconds(1));
    assert_eq!(named(&world), [world.shown_id()]);
}

#[test]
fn a_call_after_a_change_of_the_url_by_the_same_answer_names_the_new_url() {
    let world = World::start();
    world.visit("/about?tab=1");
    world.perform(Echo::new("a").call(|_: Reply<Echo>| {
        Msg::Do(Effect::batch([Effect::set_url(About, History::Push), echo("b")]))
    }));
    world.answer(1, "done");
    assert_eq!(named(&world)[1..], [world.shown_id()]);
}

#[test]
fn a_page_that_an_answer_leads_to_belongs_to_itself() {
    let begin = Echo::new("a")
        .call(|_: Reply<Echo>| Msg::Do(Effect::navigate_to("/about?tab=2", History::Push)));
    let world = begun_at_another_url(begin);
    world.answer(1, "done");
    world.perform(echo("b"));
    assert_eq!(named(&world)[1..], [world.shown_id()]);
}

#[test]
fn a_call_over_http_that_follows_one_of_another_url_names_a_url_of_no_page() {
    let begin = Echo::new("a").call(|_: Reply<Echo>| Msg::Do(post("b")));
    let world = begun_at_another_url(begin);
    world.answer(1, "done");
    // Without a URL, the server would take the one in the address bar.
    assert_eq!(named_over_http(&world), [Some(String::new())]);
}

#[test]
fn a_page_that_the_server_does_not_know_is_reported_again_at_once_and_the_call_repeated() {
    let world = World::start();
    world.refuse_shown(Refusal::Busy);
    world.perform(echo("a"));
    let first = world.shown_id();
    world.fake.take_frames();
    world.refuse(1, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), ["show Home /", "call#1 Echo a"]);
    assert_eq!(named(&world), [first, world.shown_id()]);
    world.answer(1, "done");
    assert_eq!(world.html(), "home: done");
}

#[test]
fn a_call_is_repeated_only_once() {
    let world = World::start();
    world.perform(echo("a"));
    world.refuse(1, Refusal::OtherPage);
    world.fake.take_frames();
    world.refuse(1, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), [""; 0]);
    assert_eq!(world.html(), "home: Denied");
}

#[test]
fn a_page_that_is_refused_again_is_not_reported_at_once() {
    let world = World::start();
    world.refuse_shown(Refusal::Busy);
    world.perform(echo("a"));
    world.refuse(1, Refusal::OtherPage);
    world.refuse_shown(Refusal::Busy);
    world.refuse(1, Refusal::OtherPage);
    world.perform(echo("b"));
    world.fake.take_frames();
    world.refuse(2, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), [""; 0]);
    assert_eq!(world.html(), "home: Denied, Denied");
    world.advance(seconds(10));
    assert_eq!(world.fake.take_frames(), ["show Home /"]);
}

#[test]
fn several_calls_of_a_page_report_it_once() {
    let world = World::start();
    world.perform(Effect::batch(["a", "b"].map(echo)));
    world.fake.take_frames();
    world.refuse(1, Refusal::OtherPage);
    world.refuse(2, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), ["show Home /", "call#1 Echo a", "call#2 Echo b"]);
}

#[test]
fn a_call_of_a_page_that_has_another_url_by_now_is_not_repeated() {
    let world = World::start();
    world.visit("/about?tab=1");
    world.perform(Effect::batch([echo("a"), Effect::set_url(About, History::Push)]));
    world.fake.take_frames();
    world.refuse(1, Refusal::OtherPage);
    assert_eq!(world.fake.take_frames(), [""; 0]);
    assert!(world.html().ends_with("Denied"), "{}", world.html());
}

#[test]
fn a_call_over_http_names_the_page_that_is_shown_and_not_the_address_bar() {
    let world = World::start();
    world.visit("/about?tab=1");
    // The address bar has the new URL, but the data of its page has not arrived.
    world.pop("/items/7");
    world.perform(post("a"));
    world.answer(1, "tea");
    world.perform(post("b"));
    let expected = ["/about?tab=1", "/items/7"].map(|url| Some(url.to_owned()));
    assert_eq!(named_over_http(&world), expected);
    take_log();
}

#[test]
fn a_call_over_http_names_no_url_that_does_not_fit() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.visit(&format!("/about?{}", "x".repeat(60)));
    world.perform(post("a"));
    assert_eq!(named_over_http(&world), [None]);
}

//! Calls over HTTP that sign in or out: the consequences of the new session.

use rally_core::call::CallExt;
use rally_core::codec::encode;
use rally_core::effect::{Effect, History};
use rally_core::frame::{ClientFrame, Refusal, ServerFrame};
use rally_core::http::{HttpResponse, HttpResult};

use crate::pages::{Msg, Post, echo, post, take_log};
use crate::platform::Link;
use crate::world::{World, seconds};

/// The reply to the call that was posted last, with a changed session.
fn changed(world: &World) -> HttpResult {
    let fetched = world.fake.fetched.borrow();
    let body = fetched.last().unwrap().body.as_ref().unwrap();
    let Ok(ClientFrame::Call { id, .. }) = ClientFrame::read(body) else { panic!("{body:?}") };
    let body = &encode(&"welcome".to_owned()).unwrap()[..];
    let frame = ServerFrame::Ok { id, body }.to_bytes();
    let headers = vec![("rally-session".to_owned(), "changed".to_owned())];
    Ok(HttpResponse { headers, ..HttpResponse::new(200, frame) })
}

/// Prepares the home page, and signs in.
fn signed_in(before: impl FnOnce(&World)) -> World {
    let world = World::start();
    before(&world);
    world.perform(post("me"));
    take_log();
    world.fake.take_frames();
    world.respond(changed(&world));
    world
}

#[test]
fn the_next_navigation_after_a_session_change_loads_a_document() {
    type Go = fn(&World, &'static str);
    for (go, history) in [(World::visit as Go, "Push"), (World::pop, "Replace")] {
        for url in ["/about", "/items/7", "/vault"] {
            let world = signed_in(|_| {});
            world.open();
            take_log();
            go(&world, url);
            world.check(&[&format!("document {url} {history}")], "home: welcome");
        }
    }
}

#[test]
fn a_navigation_loads_a_document_while_the_socket_reconnects() {
    let world = signed_in(|_| {});
    world.visit("/about");
    assert_eq!(take_log(), ["connect", "document /about Push"]);

    let world = World::start();
    let on = || Msg::Do(Effect::navigate_to("/about", History::Push));
    world.perform(Post::new("me").call(move |_| on()));
    take_log();
    world.respond(changed(&world));
    world.check(&["connect", "document /about Push"], "home: ");
}

#[test]
fn a_pending_navigation_becomes_a_document() {
    let world = signed_in(|world| world.visit("/items/7"));
    world.open();
    assert_eq!(world.fake.take_frames(), ["connect", "show Home /", "enter#1 Item /items/7"]);
    take_log();
    world.answer(1, "of the new session");
    world.check(&["Done", "document /items/7 Push"], "home: welcome");
}

#[test]
fn a_fragment_of_the_page_is_still_scrolled_to() {
    let world = signed_in(|_| {});
    take_log();
    world.pop("/#part");
    assert_eq!(take_log(), ["arrived /#part Returned"]);
}

#[test]
fn the_socket_reconnects_at_once_if_no_call_is_in_flight() {
    let world = signed_in(|_| {});
    world.check(&["connect"], "home: welcome");
    world.perform(echo("as who I am"));
    world.open();
    let sent = ["connect", "show Home /", "call#1 Echo as who I am"];
    assert_eq!(world.fake.take_frames(), sent);
    world.answer(1, "you");
    world.check(&["Connected", "call#1 Echo as who I am"], "home: welcome, you");
}

#[test]
fn the_reconnect_waits_for_a_call_in_flight_and_later_calls_use_the_new_socket() {
    let world = signed_in(|world| world.perform(echo("slow")));
    world.perform(echo("as who I am"));
    assert_eq!(world.fake.take_frames(), [""; 0]);
    world.answer(1, "done");
    assert_eq!(world.fake.take_frames(), ["connect"]);
    world.open();
    assert_eq!(world.fake.take_frames(), ["show Home /", "call#2 Echo as who I am"]);
    world.answer(2, "you");
    assert_eq!(world.html(), "home: welcome, done, you");
}

#[test]
fn the_reconnect_waits_for_an_unanswered_call_until_its_timeout() {
    let world = signed_in(|world| world.perform(echo("lost")));
    world.advance(seconds(30));
    assert!(take_log().contains(&"connect".to_owned()));
    assert_eq!(world.html(), "home: welcome, TimedOut");
}

#[test]
fn the_reconnect_does_not_wait_for_calls_over_http() {
    let world = signed_in(|world| world.perform(post("other")));
    assert_eq!(world.fake.take_frames(), ["connect"]);
}

#[test]
fn a_socket_that_is_being_opened_is_reconnected() {
    let world = World::offline();
    world.app.connect();
    world.perform(post("me"));
    take_log();
    world.respond(changed(&world));
    world.check(&["connect"], "home: welcome");
}

#[test]
fn a_lost_socket_reconnects_after_its_usual_delay() {
    let world = signed_in(World::close);
    world.check(&[], "home: welcome");
    world.advance(seconds(1));
    world.open();
    assert_eq!(take_log(), ["connect", "Connected"]);
}

#[test]
fn a_failed_reconnect_is_retried() {
    let world = signed_in(|_| {});
    take_log();
    world.close();
    world.advance(seconds(1));
    assert_eq!(take_log(), ["Disconnected", "connect"]);
    assert_eq!(world.fake.link.get().0, Link::Connecting);
}

#[test]
fn a_session_that_changes_twice_reconnects_twice() {
    let world = signed_in(|_| {});
    world.open();
    world.perform(post("out"));
    world.respond(changed(&world));
    world.open();
    let sent = ["connect", "show Home /", "connect", "show Home /"];
    assert_eq!(world.fake.take_frames(), sent);
    assert_eq!(world.html(), "home: welcome, welcome");
}

#[test]
fn a_reply_without_a_session_change_has_no_such_effect() {
    let world = World::start();
    world.perform(post("hello"));
    take_log();
    let same = changed(&world).map(|response| HttpResponse { headers: Vec::new(), ..response });
    world.respond(same);
    world.visit("/about");
    world.check(
        &["history /about Push", "arrived /about Entered", "store mounted=/about"],
        "about: ",
    );
}

#[test]
fn the_reload_for_a_newer_build_waits_for_the_reconnect() {
    let world = signed_in(|world| {
        world.perform(echo("old"));
        world.note("draft");
    });
    world.refuse(1, Refusal::Stale);
    world.note("saved");
    assert!(!take_log().contains(&"reload".to_owned()));
    world.open();
    assert_eq!(take_log(), ["Connected", "reload"]);
}

#[test]
fn a_session_change_is_applied_after_its_page_was_left() {
    let world = World::start();
    world.perform(post("out"));
    world.visit("/about");
    take_log();
    world.respond(changed(&world));
    world.check(&["connect"], "about: ");
    world.visit("/items/7");
    assert_eq!(take_log(), ["document /items/7 Push"]);
}

#[test]
fn after_a_sign_in_a_later_refusal_redirects_to_sign_in_again() {
    let here = || Refusal::SignIn { url: "/".to_owned() };
    let remembers = |world: &World| {
        world.perform(echo("for somebody"));
        world.refuse(1, here());
        world.advance(seconds(20));
    };
    let world = signed_in(remembers);
    world.open();
    world.perform(echo("for somebody"));
    take_log();
    world.refuse(2, here());
    assert_eq!(take_log(), ["document / Push"]);
}

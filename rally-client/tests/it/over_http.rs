//! Calls over HTTP.

use rally_core::call::{CallExt, call_fingerprint};
use rally_core::codec::encode;
use rally_core::effect::{CallRequest, Effect, History};
use rally_core::form::File;
use rally_core::frame::{CallPage, ClientFrame, Refusal, RequestId, ServerFrame};
use rally_core::http::{HttpError, HttpRequest, HttpResponse, HttpResult};

use crate::pages::{Msg, Post, echo, post, take_log};
use crate::world::{World, millis, seconds, sign_in};

const POST: &str = "fetch POST /rpc";

/// Posts a call on the home page, lets the server act, and checks the text on
/// the page.
#[track_caller]
fn check(server: impl FnOnce(&World), screen: &str) -> World {
    let world = World::start();
    world.perform(post("hello"));
    world.check(&[POST], "home: ");
    server(&world);
    assert_eq!(world.html(), screen);
    world
}

fn posted(world: &World) -> RequestId {
    let fetched = world.fake.fetched.borrow();
    let body = fetched.last().unwrap().body.as_ref().unwrap();
    let Ok(ClientFrame::Call { id, .. }) = ClientFrame::read(body) else { panic!("{body:?}") };
    id
}

fn ok(id: RequestId, text: &str) -> HttpResult {
    let body = &encode(&text.to_owned()).unwrap()[..];
    Ok(HttpResponse::new(200, ServerFrame::Ok { id, body }.to_bytes()))
}

fn refused(id: RequestId, status: u16, refusal: Refusal) -> HttpResult {
    Ok(HttpResponse::new(status, ServerFrame::Refused { id, refusal }.to_bytes()))
}

fn answer(world: &World, text: &str) {
    world.respond(ok(posted(world), text));
}

#[test]
fn the_frame_is_posted_and_nothing_is_sent_on_the_socket() {
    let world = check(|_| {}, "home: ");
    assert!(world.fake.sent.borrow().is_empty());
    let fetched = world.fake.fetched.borrow();
    let [HttpRequest { headers, body: Some(body), .. }] = &fetched[..] else { panic!() };
    let (fingerprint, text) = (call_fingerprint::<Post>(), encode(&"hello".to_owned()).unwrap());
    let (id, page) = (posted(&world), CallPage::At("/"));
    let call = ClientFrame::Call { id, name: "Post", fingerprint, page, body: &text };
    assert_eq!(ClientFrame::read(body), Ok(call));
    assert_eq!(headers[..], [("content-type".to_owned(), "application/msgpack".to_owned())]);
}

#[test]
fn the_reply_becomes_a_message() {
    check(|world| answer(world, "hello yourself"), "home: hello yourself");
}

#[test]
fn an_error_of_the_app_and_every_refusal_become_a_failure() {
    let err = |world: &World| {
        let frame = ServerFrame::Err { id: posted(world), body: b"\xa4full" }.to_bytes();
        world.respond(Ok(HttpResponse::new(200, frame)));
    };
    check(err, "home: App(\"full\")");
    let refuse = |status, refusal| {
        move |world: &World| world.respond(refused(posted(world), status, refusal))
    };
    check(refuse(403, Refusal::Denied), "home: Denied");
    check(refuse(429, Refusal::Busy), "home: Busy");
    check(refuse(409, Refusal::Stale), "home: Stale");
    // A refusal without the id, from a server that did not read that far.
    let denied = |world: &World| world.respond(refused(0, 403, Refusal::Denied));
    check(denied, "home: Denied");
}

#[test]
fn a_stale_call_marks_the_app_as_outdated() {
    let stale = |world: &World| world.respond(refused(posted(world), 409, Refusal::Stale));
    let world = check(stale, "home: Stale");
    assert_eq!(take_log(), ["reload"]);
    drop(world);
}

#[test]
fn a_guest_is_sent_to_sign_in_after_the_page_receives_the_failure() {
    let refuse = |world: &World| world.respond(refused(posted(world), 401, sign_in()));
    check(refuse, "home: SignedOut");
    assert_eq!(take_log(), ["document /sign-in Push"]);
}

#[test]
fn an_unreachable_server_is_the_failure_offline() {
    let lost = |world: &World| world.respond(Err(HttpError("gone".to_owned())));
    check(lost, "home: Offline");
}

#[test]
fn a_response_of_a_proxy_is_a_failure_with_its_status() {
    let html = |status| {
        move |world: &World| world.respond(Ok(HttpResponse::new(status, "<html>Sorry</html>")))
    };
    for status in [502, 503, 504] {
        check(html(status), "home: Offline");
    }
    check(html(408), "home: TimedOut");
    check(html(413), "home: Rejected(\"the message or a file exceeds a limit of the server\")");
    let says = |status| {
        format!("home: Rejected(\"the HTTP response with status {status} is not from the app\")")
    };
    for status in [200, 404, 405, 500] {
        check(html(status), &says(status));
    }
}

#[test]
fn a_call_times_out_after_30_seconds_and_cancels_its_request() {
    check(|world| world.advance(seconds(30) - millis(1)), "home: ");
    let world = check(|world| world.advance(seconds(30)), "home: TimedOut");
    assert!(world.fake.fetches.borrow()[0].is_canceled());
    check(|world| world.suspend(seconds(3600)), "home: TimedOut");
}

#[test]
fn a_call_ends_with_its_page() {
    let world = check(|world| world.visit("/about"), "about: ");
    // The handler runs to its end, so the browser must not cancel the request.
    assert!(!world.fake.fetches.borrow()[0].is_canceled());
    take_log();
    answer(&world, "late");
    world.check(&[], "about: ");
    // Only the runtime's own timer is left.
    assert_eq!(world.fake.clock.sleeps(), 1);
}

#[test]
fn an_upload_is_cancelled_with_its_page() {
    let world = World::start();
    let files = vec![File::new("a.txt", "text/plain", "abc")];
    let request = CallRequest { files, ..CallRequest::of(&Post::new("hello")).unwrap() };
    world.perform(Effect::request(request, |_| Msg::Note("late".to_owned())));
    world.visit("/about");
    assert!(world.fake.fetches.borrow()[0].is_canceled());
    assert_eq!(world.fake.clock.sleeps(), 1);
}

#[test]
fn a_call_needs_no_socket_and_survives_its_loss() {
    let world = World::offline();
    world.perform(post("hello"));
    world.app.connect();
    world.open();
    world.close();
    answer(&world, "hello yourself");
    assert_eq!(world.html(), "home: hello yourself");
}

#[test]
fn a_call_beyond_the_maximum_frame_size_fails_without_being_sent() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.perform(post(&"x".repeat(60)));
    world.advance(millis(0));
    world.check(&[], "home: Rejected(\"the message or a file exceeds a limit of the server\")");
}

#[test]
fn replies_arrive_in_any_order() {
    let world = World::start();
    world.perform(post("first"));
    let first = posted(&world);
    world.perform(Effect::batch([echo("socket"), post("second")]));
    let requests = world.fake.fetches.take();
    let [one, two] = <[_; 2]>::try_from(Vec::from(requests)).unwrap();
    two.send(ok(posted(&world), "second")).unwrap();
    world.settle();
    world.answer(1, "socket");
    one.send(ok(first, "first")).unwrap();
    world.settle();
    assert_eq!(world.html(), "home: second, socket, first");
}

#[test]
fn the_reload_waits_for_requests_over_http() {
    let fetch = || Effect::http(HttpRequest::get("/data"), |_| Msg::Note("fetched".to_owned()));
    for (effect, shown) in [(post("slow"), "done"), (fetch(), "fetched")] {
        let world = World::start();
        world.perform(effect);
        world.perform(echo("old"));
        take_log();
        world.refuse(1, Refusal::Stale);
        world.check(&["Outdated"], "home: Stale");
        let done = if shown == "done" {
            ok(posted(&world), "done")
        } else {
            Ok(HttpResponse::new(200, ""))
        };
        world.respond(done);
        world.check(&["reload"], &format!("home: Stale, {shown}"));
    }
}

#[test]
fn the_reload_does_not_wait_for_requests_that_ended_with_their_page() {
    let world = World::start();
    world.perform(post("slow"));
    world.visit("/about");
    world.perform(echo("old"));
    take_log();
    world.refuse(1, Refusal::Stale);
    world.check(&["reload"], "about: Stale");
}

#[test]
fn a_reply_may_navigate_to_another_page() {
    let away = || Msg::Do(Effect::navigate_to("/about", History::Push));
    let world = World::start();
    world.perform(Post::new("go").call(move |_| away()));
    answer(&world, "gone");
    assert_eq!(world.html(), "about: ");
}

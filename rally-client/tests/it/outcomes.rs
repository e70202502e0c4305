//! Navigations that do not end with a page.

use rally_core::effect::{Effect, History};
use rally_core::frame::{Refusal, ServerFrame};

use crate::pages::{Msg, echo, take_log};
use crate::world::{World, millis, seconds, to};

#[derive(Clone, Copy)]
enum By {
    Link,
    Button,
}

const BOTH: [By; 2] = [By::Link, By::Button];

/// The home page, with a pending navigation to an item.
fn navigating(by: By) -> World {
    let world = World::start();
    match by {
        By::Link => world.visit("/items/7#top"),
        By::Button => world.pop("/items/7#top"),
    }
    take_log();
    world
}

/// Lets the server reply to the navigation, and checks the log. The page stays
/// until the document is loaded.
#[track_caller]
fn check(by: By, answer: impl FnOnce(&World), expected: &[&str]) -> World {
    let world = navigating(by);
    answer(&world);
    world.check(&[&["Done"], expected].concat(), "home: ");
    world
}

fn refused(refusal: Refusal) -> impl FnOnce(&World) {
    |world| world.refuse(1, refusal)
}

#[test]
fn a_redirect_loads_the_document_of_its_target() {
    for url in ["/about", "/items/8", "/items/7", "/", "/nowhere", "https://example.com/x"] {
        check(By::Link, refused(to(url)), &[&format!("document {url} Push")]);
        check(By::Button, refused(to(url)), &[&format!("document {url} Replace")]);
    }
}

#[test]
fn a_visitor_may_follow_redirects_any_number_of_times() {
    let world = World::start();
    for number in 1..10 {
        world.visit("/items/7");
        take_log();
        world.refuse(number, to("/about"));
        assert_eq!(take_log(), ["Done", "document /about Push"]);
    }
}

#[test]
fn a_redirect_to_a_fragment_of_the_page_shown_scrolls_there() {
    let world = check(By::Link, refused(to("/#part")), &["document /#part Push"]);
    // No document is being loaded that would have to be waited for.
    world.perform(echo("old"));
    world.refuse(2, Refusal::Stale);
    assert_eq!(take_log(), ["call#2 Echo old", "reload"]);

    // With the back button the URL is another page's, so a document is loaded.
    let world = check(By::Button, refused(to("/#part")), &["document /#part Replace"]);
    world.perform(echo("old"));
    world.refuse(2, Refusal::Stale);
    assert_eq!(take_log(), ["call#2 Echo old"]);
}

#[test]
fn a_refused_navigation_loads_the_document_of_the_requested_url() {
    let sign_in = Refusal::SignIn { url: "/sign-in?from=elsewhere".to_owned() };
    for refusal in [sign_in, Refusal::OverHttp, Refusal::Denied, Refusal::NotFound] {
        check(By::Link, refused(refusal.clone()), &["document /items/7#top Push"]);
        check(By::Button, refused(refusal), &["document /items/7#top Replace"]);
    }
}

#[test]
fn a_page_stays_if_the_document_does_not_load() {
    let world = check(By::Link, refused(Refusal::OverHttp), &["document /items/7#top Push"]);
    world.note("still here");
    world.visit("/items/8");
    world.answer(2, "coffee");
    assert_eq!(world.html(), "item 8 coffee: ");
}

#[test]
fn a_refused_page_is_explained_by_the_servers_document() {
    let internal = Refusal::Internal { trace_id: "1-2".to_owned() };
    for refusal in [Refusal::Stale, Refusal::Busy, internal] {
        check(By::Link, refused(refusal.clone()), &["document /items/7#top Push"]);
        check(By::Button, refused(refusal), &["document /items/7#top Replace"]);
    }
}

#[test]
fn data_that_cannot_be_decoded_loads_the_servers_document() {
    for body in [&b"\xc0"[..], b"\x93\x01\x02\x03"] {
        let ok =
            |world: &World| world.receive(&ServerFrame::Ok { id: world.id(1), body }.to_bytes());
        check(By::Link, ok, &["document /items/7#top Push"]);
    }
    let err = |world: &World| {
        world.receive(&ServerFrame::Err { id: world.id(1), body: b"\xa1x" }.to_bytes());
    };
    check(By::Button, err, &["document /items/7#top Replace"]);
}

#[test]
fn a_url_with_an_invalid_parameter_loads_the_servers_document() {
    let world = World::start();
    world.visit("/items/seven");
    world.answer(1, "tea");
    let request = "enter#1 Item /items/seven";
    world.check(&[request, "Done", "document /items/seven Push"], "home: ");
}

#[test]
fn a_link_that_times_out_keeps_the_page_and_the_back_button_leaves_it() {
    for by in BOTH {
        let world = navigating(by);
        world.advance(seconds(30) - millis(1));
        assert_eq!(take_log(), ["Waiting"]);
        world.advance(millis(1));
        let document = "document /items/7#top Replace";
        match by {
            // The connection was silent for as long, so it is pinged.
            By::Link => world.check(&["Done", "ping"], "home: "),
            By::Button => world.check(&["Done", document, "ping"], "home: "),
        }
        world.answer(1, "late");
        world.check(&[], "home: ");
    }
}

#[test]
fn a_link_that_times_out_does_not_keep_the_url_of_another_page() {
    let world = World::start();
    // From here on the URL is that of item 7, with any outcome.
    world.pop("/items/7");
    world.visit("/items/8");
    take_log();
    world.advance(seconds(30));
    world.check(&["Waiting", "Done", "document /items/8 Push", "ping"], "home: ");
}

#[test]
fn going_back_and_forward_at_once_keeps_page_and_url() {
    let world = navigating(By::Button);
    world.pop("/");
    world.visit("/items/8");
    take_log();
    world.advance(seconds(30));
    world.check(&["Waiting", "Done", "ping"], "home: ");
}

#[test]
fn a_first_page_that_is_refused_leaves_the_servers_document_unchanged() {
    let world = World::empty();
    world.visit("/items/7");
    world.render();
    world.advance(seconds(30));
    let said = "report cannot start the page: the document stays as the server sent it";
    world.check(&["Waiting", "Done", said], "");
}

#[test]
fn a_cancelled_navigation_does_not_end_the_next_one() {
    let world = World::start();
    // Both are due at the same time, and the end of the call navigates to
    // another page.
    let away = || Msg::Do(Effect::navigate_to("/items/8", History::Push));
    world.perform(echo("slow").map(move |_| away()));
    world.visit("/items/7");
    take_log();
    world.advance(seconds(30));
    world.check(&["Waiting", "Done", "enter#3 Item /items/8", "ping"], "home: ");
    world.answer(3, "coffee");
    assert_eq!(world.html(), "item 8 coffee: ");
}

//! Navigation from page to page.

use rally_core::frame::{ClientFrame, ServerFrame};
use rally_core::registry::Pages;

use crate::pages::{PAGES, echo, take_log};
use crate::world::{World, millis, seconds};

const ENTER: &str = "enter#1 Item /items/7";

/// The home page, with a pending navigation to an item.
fn navigating() -> World {
    let world = World::start();
    world.visit("/items/7");
    world.check(&[ENTER], "home: ");
    world
}

#[test]
fn a_page_without_a_loader_is_shown_at_once() {
    let world = World::start();
    world.visit("/about#team");
    world.check(
        &["history /about#team Push", "arrived /about#team Entered", "store mounted=/about"],
        "about: ",
    );
}

#[test]
fn a_page_with_a_loader_is_requested_by_name_and_fingerprint() {
    let world = World::start();
    world.visit("/items/7?tab=new#top");
    let pages = Pages::new(&PAGES).unwrap();
    let (entry, _) = pages.find("/items/7").unwrap();
    let (page, fingerprint) = ("Item", entry.fingerprint);
    let url = "/items/7?tab=new";
    let id = world.id(1);
    let expected = ClientFrame::LoadPage { id, page, fingerprint, url };
    assert_eq!(ClientFrame::read(&world.fake.sent.borrow()[0]), Ok(expected));
}

#[test]
fn a_guarded_page_is_requested_even_without_a_loader() {
    let world = World::start();
    world.visit("/vault");
    world.check(&["enter#1 Vault /vault"], "home: ");
    world.receive(&ServerFrame::Ok { id: world.id(1), body: b"\xc0" }.to_bytes());
    world.check(
        &["Done", "history /vault Push", "arrived /vault Entered", "store mounted=/vault"],
        "vault: ",
    );
}

#[test]
fn the_previous_page_keeps_working_until_the_data_arrives() {
    let world = navigating();
    world.note("still here");
    world.perform(echo("hello"));
    world.answer(2, "answered");
    world.check(&["call#2 Echo hello"], "home: still here, answered");
    world.answer(1, "tea");
    world.check(
        &["Done", "history /items/7 Push", "arrived /items/7 Entered", "store mounted=/items/7"],
        "item 7 tea: ",
    );
}

#[test]
fn a_link_to_another_fragment_keeps_the_page() {
    let world = World::start();
    for (url, current) in [("/", true), ("/#part", true), ("/?x=1", false), ("/about", false)] {
        assert_eq!(world.app.is_current(&world.local(url)), current, "{url}");
    }
}

#[test]
fn a_link_to_the_same_url_starts_the_page_again() {
    let world = World::start();
    world.note("before");
    world.visit("/");
    world.check(&["history / Push", "arrived / Entered", "store mounted=/"], "home: ");
}

#[test]
fn progress_is_shown_after_200_ms_until_the_page_is_shown() {
    let world = navigating();
    world.advance(millis(199));
    world.check(&[], "home: ");
    world.advance(millis(1));
    world.check(&["Waiting"], "home: ");
    world.answer(1, "tea");
    let arrived =
        ["Done", "history /items/7 Push", "arrived /items/7 Entered", "store mounted=/items/7"];
    world.check(&arrived, "item 7 tea: ");
    world.advance(seconds(1));
    world.check(&[], "item 7 tea: ");
}

#[test]
fn the_back_button_shows_the_page_without_a_new_history_entry() {
    let world = World::start();
    world.visit("/about");
    take_log();
    world.pop("/");
    world.check(&["arrived / Returned", "store mounted=/"], "home: ");
    world.pop("/items/7#top");
    world.answer(1, "tea");
    world.check(
        &[ENTER, "Done", "arrived /items/7#top Returned", "store mounted=/items/7"],
        "item 7 tea: ",
    );
}

#[test]
fn the_back_button_within_a_page_only_scrolls() {
    let world = World::start();
    world.note("kept");
    world.pop("/#part");
    world.check(&["arrived /#part Returned"], "home: kept");
    world.visit("/items/7");
    world.pop("/");
    world.answer(1, "late");
    world.check(&[ENTER, "Done", "arrived / Returned"], "home: kept");
}

#[test]
fn a_url_beyond_the_maximum_frame_size_is_loaded_as_a_document() {
    let world = World::start();
    world.app.set_max_frame(64);
    world.visit(&format!("/items/{}", "7".repeat(60)));
    let expected = format!("document /items/{} Push", "7".repeat(60));
    world.check(&[&expected], "home: ");
}

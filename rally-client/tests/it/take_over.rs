//! Taking over what the server has rendered.

use rally_core::codec;
use rally_core::flags::Flags;

use crate::pages::{Home, Model, PAGES, take_log};
use crate::world::World;

/// Takes over from these flags at this URL, and renders.
#[track_caller]
fn check(url: &str, page: &str, print: u64, model: &[u8], taken: bool, screen: &str) {
    let world = World::empty();
    let flags = flags(page, print, model);
    assert_eq!(world.app.take_over(&world.local(url), &flags), taken);
    world.render();
    let mounted: &[&str] = if taken { &["store mounted=/"] } else { &[] };
    world.check(mounted, screen);
}

fn flags<'a>(page: &'a str, fingerprint: u64, model: &'a [u8]) -> Flags<'a> {
    let (context, layout) = (CONTEXT, b"\xc0");
    Flags::Page { page, fingerprint, max_frame: 1 << 20, context, layout, model }
}

/// At `/`, in English, and light.
const CONTEXT: &[u8] = b"\x93\xa1/\xa2en\xc2";

fn print() -> u64 {
    (PAGES[0].fingerprint)()
}

fn model() -> Vec<u8> {
    codec::encode(&Model::<Home>::new("from the server".to_owned())).unwrap()
}

#[test]
fn the_servers_model_is_shown_and_mounted_once() {
    check("/", "Home", print(), &model(), true, "from the server: ");
    check("/#part", "Home", print(), &model(), true, "from the server: ");
}

#[test]
fn flags_that_do_not_belong_to_the_url_show_nothing() {
    check("/", "About", print(), &model(), false, "");
    check("/about", "Home", print(), &model(), false, "");
    check("/nowhere", "Home", print(), &model(), false, "");
}

#[test]
fn flags_of_another_build_show_nothing() {
    check("/", "Home", print() + 1, &model(), false, "");
}

#[test]
fn a_model_that_cannot_be_decoded_shows_nothing() {
    let model = model();
    check("/", "Home", print(), b"", false, "");
    check("/", "Home", print(), &model[1..], false, "");
    check("/", "Home", print(), &[&model[..], b"\xc0"].concat(), false, "");
}

#[test]
fn a_context_or_layout_that_cannot_be_decoded_shows_nothing() {
    let model = model();
    for (wrong, layout) in [(&b"\xc0"[..], &b"\xc0"[..]), (CONTEXT, b"\x01"), (b"", b"\xc0")] {
        let world = World::empty();
        let (page, fingerprint, max_frame) = ("Home", print(), 1 << 20);
        let model = &model;
        let flags = Flags::Page { page, fingerprint, max_frame, context: wrong, layout, model };
        assert!(!world.app.take_over(&world.local("/"), &flags));
        world.render();
        world.check(&[], "");
        // It is not kept, whatever of it could be read.
        world.visit("/");
        world.check(&["history / Push", "arrived / Entered", "store mounted=/"], "home: ");
    }
}

#[test]
fn a_document_without_a_page_is_none_to_take_over() {
    let world = World::empty();
    assert!(!world.app.take_over(&world.local("/"), &Flags::Static));
}

#[test]
fn a_page_that_was_not_taken_over_can_still_be_visited() {
    let world = World::empty();
    assert!(!world.app.take_over(&world.local("/"), &flags("Home", print() + 1, &model())));
    world.visit("/");
    world.render();
    world.check(&["history / Push", "arrived / Entered", "store mounted=/"], "home: ");
}

#[test]
fn a_page_taken_over_is_not_mounted_again_by_rendering_or_reconnecting() {
    let world = World::offline();
    world.note("one");
    world.app.connect();
    world.open();
    world.close();
    assert!(!take_log().iter().any(|line| line.starts_with("store")));
}

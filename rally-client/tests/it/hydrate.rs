//! Hydration of documents that the server has rendered.

use rally::rsx;
use rally_core::codec;
use rally_core::context::ClientContext;
use rally_core::effect::History;
use rally_core::error_page::{ErrorView, PageError};
use rally_core::flags::Flags;
use rally_core::layout::NoLayout;
use rally_core::registry::PageEntry;
use rally_core::view::Element;

use crate::pages::{Home, Model, PAGES, take_log};
use crate::world::World;

/// The view of the error page in these tests.
struct Problem;

impl ErrorView for Problem {
    type Context = ClientContext;

    fn view(error: &PageError, client: &ClientContext) -> Element {
        rsx! { "{error.status} at {client.current_path}" }
    }
}

const ERROR_PAGE: PageEntry = PageEntry::error::<Problem, NoLayout<ClientContext>>("Problem");

/// Hydrates from these flags at this URL, and renders.
#[track_caller]
fn check(url: &str, page: &str, fingerprint: u64, model: &[u8], hydrated: bool, screen: &str) {
    let world = World::empty();
    let flags = flags(page, fingerprint, model);
    assert_eq!(world.hydrate(url, &PAGES, &flags), hydrated);
    world.render();
    let mounted: &[&str] = if hydrated { &["store mounted=/"] } else { &[] };
    world.check(mounted, screen);
}

fn flags<'a>(page: &'a str, fingerprint: u64, model: &'a [u8]) -> Flags<'a> {
    let (context, layout) = (CONTEXT, b"\xc0");
    Flags::Page { page, fingerprint, max_frame: 1 << 20, context, layout, model }
}

/// The context at `/`, in English, with the light theme.
const CONTEXT: &[u8] = b"\x94\xa1/\xa2en\xc2\xc0";

fn fingerprint() -> u64 {
    (PAGES[0].fingerprint)()
}

fn model() -> Vec<u8> {
    codec::encode(&Model::<Home>::new("from the server".to_owned())).unwrap()
}

#[test]
fn the_servers_model_is_shown_and_its_page_is_mounted_once() {
    check("/", "Home", fingerprint(), &model(), true, "from the server: ");
    check("/#part", "Home", fingerprint(), &model(), true, "from the server: ");
}

#[test]
fn flags_of_another_url_are_ignored() {
    check("/", "About", fingerprint(), &model(), false, "");
    check("/about", "Home", fingerprint(), &model(), false, "");
    check("/nowhere", "Home", fingerprint(), &model(), false, "");
}

#[test]
fn flags_of_another_build_are_ignored() {
    check("/", "Home", fingerprint() + 1, &model(), false, "");
}

#[test]
fn flags_with_an_invalid_model_are_ignored() {
    let model = model();
    check("/", "Home", fingerprint(), b"", false, "");
    check("/", "Home", fingerprint(), &model[1..], false, "");
    check("/", "Home", fingerprint(), &[&model[..], b"\xc0"].concat(), false, "");
}

#[test]
fn flags_with_an_invalid_context_or_layout_are_ignored() {
    let model = model();
    for (wrong, layout) in [(&b"\xc0"[..], &b"\xc0"[..]), (CONTEXT, b"\x01"), (b"", b"\xc0")] {
        let world = World::empty();
        let (page, fingerprint, max_frame) = ("Home", fingerprint(), 1 << 20);
        let model = &model;
        let flags = Flags::Page { page, fingerprint, max_frame, context: wrong, layout, model };
        assert!(!world.hydrate("/", &PAGES, &flags));
        world.render();
        world.check(&[], "");
        // No part of it is kept.
        world.visit("/");
        world.check(&["history / Push", "arrived / Entered", "store mounted=/"], "home: ");
    }
}

#[test]
fn a_document_without_a_page_is_not_hydrated() {
    let world = World::empty();
    assert!(!world.hydrate("/", &PAGES, &Flags::Static));
}

#[test]
fn a_page_that_was_not_hydrated_can_be_visited() {
    let world = World::empty();
    assert!(!world.hydrate("/", &PAGES, &flags("Home", fingerprint() + 1, &model())));
    world.visit("/");
    world.render();
    world.check(&["history / Push", "arrived / Entered", "store mounted=/"], "home: ");
}

#[test]
fn a_hydrated_page_is_not_mounted_again_by_rendering_or_reconnecting() {
    let world = World::offline();
    world.note("one");
    world.app.connect();
    world.open();
    world.close();
    assert!(!take_log().iter().any(|line| line.starts_with("store")));
}

/// Hydrates the error page at a URL, in an app that is connected.
fn error_page(url: &str, page: &str) -> (World, bool) {
    let pages: Vec<_> = PAGES.iter().copied().chain([ERROR_PAGE]).collect();
    let world = World::of(&pages);
    let model = codec::encode(&PageError { status: 404, trace_id: None }).unwrap();
    let is_hydrated = world.hydrate(url, &pages, &flags(page, (ERROR_PAGE.fingerprint)(), &model));
    world.app.connect();
    world.open();
    (world, is_hydrated)
}

#[test]
fn an_error_page_is_hydrated_at_any_url_and_the_app_goes_on_from_there() {
    for url in ["/nowhere", "/about"] {
        let (world, is_hydrated) = error_page(url, "Problem");
        assert!(is_hydrated);
        world.render();
        assert_eq!(world.html(), "404 at /");
        // The server is not told of a page: the guard has no rule for the error page.
        assert!(world.fake.all_sent.borrow().is_empty());
        take_log();
        world.visit("/");
        assert_eq!(world.html(), "home: ");
    }
}

#[test]
fn a_link_to_the_url_of_the_error_page_loads_its_document_once() {
    let (world, _) = error_page("/nowhere", "Problem");
    world.render();
    take_log();
    world.app.visit("/nowhere", History::Push);
    world.settle();
    world.check(&["document /nowhere Push"], "404 at /");
}

#[test]
fn the_error_page_of_another_build_is_not_hydrated() {
    let (_, is_hydrated) = error_page("/nowhere", "Other");
    assert!(!is_hydrated);
}

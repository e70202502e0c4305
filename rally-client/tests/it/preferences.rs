//! Language and theme: cookies, settings of the browser, and choices of the
//! visitor.

use rally_core::effect::Effect;

use crate::framed::PAGES;
use crate::pages::take_log;
use crate::world::World;

/// A browser with Austrian German and a dark theme.
fn browser(cookies: &[(&str, &str)]) -> World {
    let world = World::of(&PAGES);
    *world.fake.language.borrow_mut() = Some("de-AT".to_owned());
    world.fake.dark.set(true);
    for (name, value) in cookies {
        world.fake.cookies.borrow_mut().insert((*name).to_owned(), (*value).to_owned());
    }
    world
}

/// A page that is entered, because the document has no flags.
fn entered(cookies: &[(&str, &str)]) -> World {
    let world = browser(cookies);
    world.visit("/bare");
    world.render();
    world
}

/// Checks the text on the screen, and the attributes of the document.
#[track_caller]
fn check(world: &World, screen: &str, attributes: &[&str]) {
    let log = take_log();
    let log: Vec<_> = log
        .iter()
        .filter(|line| ["lang", "theme", "cookie"].contains(&line.split(' ').next().unwrap()))
        .collect();
    assert_eq!(log, attributes);
    assert_eq!(world.html(), screen);
}

#[test]
fn without_cookies_language_and_theme_are_the_browsers() {
    let world = entered(&[]);
    check(&world, "/bare[/bare de dark ; ]", &["lang de", "theme dark"]);
}

#[test]
fn cookies_take_precedence_over_the_browser() {
    let world = entered(&[("__rally_lang", "fr"), ("__rally_dark_mode", "0")]);
    check(&world, "/bare[/bare fr light ; ]", &["lang fr chosen"]);
}

#[test]
fn the_language_is_english_without_valid_cookies_and_a_browser_language() {
    let world = browser(&[("__rally_lang", "<script>"), ("__rally_dark_mode", "yes")]);
    *world.fake.language.borrow_mut() = None;
    world.visit("/bare");
    world.render();
    check(&world, "/bare[/bare en dark ; ]", &["theme dark"]);
}

#[test]
fn a_hydrated_page_is_first_rendered_as_by_the_server() {
    let world = browser(&[]);
    let context = b"\x94\xa5/bare\xa2en\xc2\xc0\x90";
    let flags = rally_core::flags::Flags::Page {
        page: "Bare",
        fingerprint: (PAGES[3].fingerprint)(),
        max_frame: 1 << 20,
        context,
        layout: b"\xc0",
        model: b"\x90",
    };
    assert!(world.hydrate("/bare", &PAGES, &flags));
    assert_eq!(world.first_html(), "/bare[/bare en light ; ]");
    world.settle();
    check(&world, "/bare[/bare de dark ; ]", &["lang de", "theme dark"]);
}

#[test]
fn a_choice_is_kept_in_a_cookie() {
    let world = entered(&[]);
    take_log();
    world.perform(Effect::batch([Effect::set_dark_mode(Some(false)), Effect::set_lang("it-CH")]));
    check(
        &world,
        "/bare[/bare it light ; ]",
        &["cookie __rally_dark_mode=0", "theme light", "cookie __rally_lang=it", "lang it chosen"],
    );
    world.perform(Effect::set_dark_mode(None));
    check(&world, "/bare[/bare it dark ; ]", &["cookie __rally_dark_mode=nothing", "theme dark"]);
}

#[test]
fn the_theme_follows_the_system_until_one_is_chosen() {
    let world = entered(&[]);
    take_log();
    let system = |dark| {
        world.fake.dark.set(dark);
        world.app.system_changed();
        world.settle();
    };
    system(false);
    check(&world, "/bare[/bare de light ; ]", &["theme light"]);
    world.perform(Effect::set_dark_mode(Some(true)));
    take_log();
    system(true);
    system(false);
    check(&world, "/bare[/bare de dark ; ]", &[]);
}

#[test]
fn a_change_of_the_browser_before_the_first_page_is_applied_to_it() {
    let world = browser(&[]);
    world.app.system_changed();
    assert!(take_log().is_empty());
}

//! Flash messages, messages to the context of the next document, and the refresh of the context.

use rally_client::app::NavigationCause;
use rally_core::carried::{Carried, FLASH_COOKIE};
use rally_core::codec;
use rally_core::context::{CONTEXT_CALL, ClientContext, Context};
use rally_core::effect::{Effect, History};
use rally_core::frame::{ClientFrame, Refusal, RequestId, ServerFrame};

use crate::framed::{Loaded, PAGES, Site, SiteMsg};
use crate::layouts::start;
use crate::pages::{Msg, take_log};
use crate::world::World;

fn say(text: &'static str) -> Effect<Msg> {
    Site::default().send(SiteMsg::Say(text))
}

fn go(url: &str) -> Effect<Msg> {
    Effect::navigate_to(url, History::Push)
}

/// The flash message on the screen, in the layout and in the page.
#[track_caller]
fn flash(world: &World) -> Option<String> {
    let html = world.html();
    let shown: Vec<_> = html.split(" flash: ").skip(1).collect();
    let texts = shown.iter().map(|text| text.split(';').next().unwrap());
    let texts: Vec<_> = texts.collect();
    match texts[..] {
        [] => None,
        [layout, page] if layout == page => Some(layout.to_owned()),
        _ => panic!("layout and page differ: {html}"),
    }
}

/// The state that the next document gets, once.
fn carried(world: &World) -> Option<Carried> {
    let value = world.fake.cookies.borrow_mut().remove(FLASH_COOKIE)?;
    Some(Carried::from_cookie(&value).unwrap())
}

fn visitor_goes(world: &World, url: &str) {
    world.app.navigate(world.local(url), NavigationCause::Visit(History::Push));
    world.settle();
}

#[test]
fn a_flash_message_is_visible_at_once_and_after_the_next_navigation_of_an_effect() {
    let world = start();
    world.perform(Effect::flash("Saved."));
    assert_eq!(flash(&world).as_deref(), Some("Saved."));
    world.perform(go("/two"));
    assert_eq!(flash(&world).as_deref(), Some("Saved."));
    world.perform(go("/one"));
    assert_eq!(flash(&world), None);
    assert_eq!(carried(&world), None);
}

#[test]
fn a_cleared_flash_message_is_gone_at_once_and_for_the_next_document() {
    let world = start();
    world.perform(Effect::flash("Saved."));
    world.perform(Effect::clear_flash());
    assert_eq!(flash(&world), None);
    world.perform(go("/document"));
    assert_eq!(carried(&world), None);
}

#[test]
fn a_link_and_the_back_button_clear_the_flash_message() {
    let world = start();
    world.perform(Effect::batch([go("/two"), Effect::flash("Saved.")]));
    assert_eq!(flash(&world).as_deref(), Some("Saved."));
    visitor_goes(&world, "/one");
    assert_eq!(flash(&world), None);
    world.perform(Effect::flash("Again."));
    world.pop("/two");
    assert_eq!(flash(&world), None);
}

#[test]
fn flash_and_messages_of_an_effect_reach_the_document_that_it_loads() {
    let world = start();
    world.perform(say("not with a navigation"));
    world.perform(Effect::flash("Saved."));
    world.perform(Effect::batch([say("one"), go("/document"), say("two")]));
    let messages = ["one", "two"].map(|text| codec::encode(&text.to_owned()).unwrap());
    let expected = Carried { flash: Some("Saved.".to_owned()), messages: messages.into() };
    assert_eq!(carried(&world), Some(expected));
    assert_eq!(take_log().last().unwrap(), "document /document Push");
}

#[test]
fn a_page_that_the_server_refuses_passes_them_on_too() {
    let world = start();
    world.perform(Effect::batch([Effect::flash("Saved."), say("one"), go("/loaded")]));
    assert_eq!(carried(&world), None);
    world.refuse(1, Refusal::NotFound);
    let carried = carried(&world).unwrap();
    assert_eq!((carried.flash.as_deref(), carried.messages.len()), (Some("Saved."), 1));
}

#[test]
fn a_url_that_a_page_sets_for_another_one_passes_them_on() {
    let world = start();
    let go = Effect::set_url(Loaded, History::Push);
    world.perform(Effect::batch([Effect::flash("Saved."), say("one"), go]));
    world.refuse(1, Refusal::NotFound);
    assert_eq!(carried(&world).unwrap().messages.len(), 1);
}

#[test]
fn a_document_that_does_not_replace_this_one_gets_them_once() {
    let world = start();
    // A download, and a fragment of the page.
    world.perform(Effect::batch([Effect::flash("Saved."), say("one"), go("/export.csv")]));
    assert!(carried(&world).is_some());
    world.perform(go("/document"));
    assert_eq!(carried(&world), None);
    world.perform(Effect::batch([Effect::flash("Saved."), go("/one#top")]));
    assert_eq!(carried(&world), None);
    world.perform(go("/document"));
    assert!(carried(&world).is_some());
}

#[test]
fn a_reload_passes_them_on() {
    let world = start();
    world.perform(Effect::batch([Effect::flash("Saved."), say("one"), Effect::reload()]));
    assert_eq!(carried(&world).unwrap().messages.len(), 1);
}

#[test]
fn a_page_of_the_app_needs_no_cookie() {
    let world = start();
    world.perform(Effect::batch([say("one"), go("/two")]));
    assert!(world.html().contains("+one"), "{}", world.html());
    world.perform(go("/document"));
    assert_eq!(carried(&world), None);
}

#[test]
fn another_site_and_a_link_get_nothing() {
    let world = start();
    world.perform(Effect::batch([Effect::flash("Saved."), go("https://other.example/")]));
    assert_eq!(carried(&world), None);
    visitor_goes(&world, "/loaded");
    world.refuse(1, Refusal::NotFound);
    assert_eq!(carried(&world), None);
}

#[test]
fn a_message_that_is_too_large_is_reported() {
    let world = start();
    world.perform(Effect::batch([Effect::flash("x".repeat(4000)), go("/document")]));
    assert_eq!(carried(&world), None);
    let log = take_log();
    assert!(log.iter().any(|line| line.starts_with("report the flash message")), "{log:?}");
}

/// Answers the last request of the client context.
#[track_caller]
fn answer_context(world: &World, fresh: &Site) {
    answer_request(world, 0, fresh);
}

/// Answers a request of the client context. `back` is the number of later ones.
#[track_caller]
fn answer_request(world: &World, back: usize, fresh: &Site) {
    let body = &codec::encode(fresh).unwrap()[..];
    world.receive(&ServerFrame::Ok { id: request_id(world, back), body }.to_bytes());
}

/// Returns the id of a request of the client context. `back` is the number of later ones.
#[track_caller]
fn request_id(world: &World, back: usize) -> RequestId {
    let frames = world.fake.all_sent.borrow().clone();
    let requests = frames.iter().rev().filter_map(|frame| match ClientFrame::read(frame) {
        Ok(ClientFrame::Call { id, name: CONTEXT_CALL, fingerprint, body, .. }) => {
            let (page, _) = codec::decode::<(String, ClientContext)>(body).unwrap();
            let entry = PAGES.iter().find(|entry| entry.name == page).unwrap();
            assert_eq!(fingerprint, (entry.fingerprint)());
            Some(id)
        }
        _ => None,
    });
    requests.collect::<Vec<_>>()[back]
}

fn fresh(text: &str) -> Site {
    Site { said: vec![text.to_owned()], ..Site::default() }
}

#[test]
fn a_refreshed_context_keeps_what_belongs_to_the_browser() {
    let world = start();
    world.perform(Effect::batch([Effect::flash("Saved."), Effect::refresh_context()]));
    answer_context(&world, &fresh("fresh"));
    assert!(world.html().starts_with("A[/one en light fresh flash: Saved.; kept]"));
    world.perform(Effect::refresh_context());
    world.visit("/two");
    answer_context(&world, &fresh("later"));
    assert!(world.html().contains("(/two[/two en light later"), "{}", world.html());
}

#[test]
fn a_context_may_be_refreshed_after_each_navigation() {
    let world = start();
    world.perform(Site::default().send(SiteMsg::Follow));
    visitor_goes(&world, "/two");
    answer_context(&world, &fresh("at two"));
    assert!(world.html().contains("at two"), "{}", world.html());
}

#[test]
fn an_answer_is_dropped_if_a_newer_one_was_taken_over() {
    let world = start();
    world.perform(Effect::refresh_context());
    world.perform(Effect::refresh_context());
    answer_context(&world, &fresh("newer"));
    answer_request(&world, 1, &fresh("older"));
    assert!(world.html().contains("newer") && !world.html().contains("older"), "{}", world.html());
}

#[test]
fn an_answer_is_taken_over_although_a_newer_request_was_refused() {
    let world = start();
    world.perform(Effect::refresh_context());
    world.perform(Effect::refresh_context());
    let refused = ServerFrame::Refused { id: request_id(&world, 0), refusal: Refusal::Busy };
    world.receive(&refused.to_bytes());
    assert!(!world.html().contains("older"));
    answer_request(&world, 1, &fresh("older"));
    assert!(world.html().contains("older"), "{}", world.html());
}

#[test]
fn the_server_is_told_path_language_and_theme_of_now() {
    let world = start();
    visitor_goes(&world, "/two");
    let theme = Effect::set_dark_mode(Some(true));
    world.perform(Effect::batch([Effect::flash("Hi"), Effect::set_lang("de"), theme]));
    world.fake.take_frames();
    world.perform(Effect::refresh_context());
    let frames = world.fake.take_frames();
    assert!(frames[0].ends_with(" /two de true"), "{frames:?}");
}

#[test]
fn a_navigation_that_keeps_the_page_tells_the_context_too() {
    let world = start();
    visitor_goes(&world, "/kept");
    world.perform(Site::default().send(SiteMsg::Follow));
    visitor_goes(&world, "/kept?record=2");
    answer_context(&world, &fresh("at two"));
    assert!(world.html().contains("at two"), "{}", world.html());
    assert!(world.html().contains("moved"), "{}", world.html());
    world.perform(Site::default().send(SiteMsg::Follow));
    world.pop("/kept");
    answer_context(&world, &fresh("back"));
    assert!(world.html().contains("back"), "{}", world.html());
}

#[test]
fn a_context_that_cannot_be_refreshed_stays() {
    let world = start();
    let before = world.html();
    world.perform(Effect::refresh_context());
    world.close();
    world.perform(Effect::refresh_context());
    assert_eq!(world.html(), before);
}

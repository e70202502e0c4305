//! Submits of forms: the second one is ignored while the first one is under way.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rally::prelude::*;
use rally::view::memo;
use rally_client::app::App;
use rally_core::codec;
use rally_core::form::pending;
use rally_core::http::{HttpError, HttpRequest};
use rally_core::layout::NoLayout;
use rally_core::page::{Load, OnUrl};
use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};
use rally_core::view::{FormData, RawEvent, Reaction};

use crate::pages::{Echo, PAGES, note_down, take_log};
use crate::world::World;

struct Ask;

impl Route for Ask {
    const PATTERN: &'static str = "/";
    type Context = ClientContext;

    fn from_params(_: &Params) -> Option<Self> {
        Some(Self)
    }

    fn write_params(&self, _: &mut Params) {}
}

impl Load for Ask {
    type Data = ();
    const HAS_LOADER: bool = false;
}

#[derive(Wire)]
struct Model {
    form: FormState<Question>,
}

#[derive(Wire, Form)]
struct Question {
    text: String,
}

enum Msg {
    Ask(Submitted<Question>),
    Raw(&'static str),
    Answered(Reply<Echo>),
    Fetched,
    UrlChanged(Ask, ()),
}

impl Page for Model {
    type Route = Ask;
    type Msg = Msg;

    fn init(_: Ask, _: (), _: &ClientContext) -> Self {
        Self { form: FormState::default() }
    }

    fn on_url() -> Option<OnUrl<Self>> {
        Some(Msg::UrlChanged)
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        let echo = |text: &str| Echo::new(text).call(Msg::Answered);
        match msg {
            Msg::Ask(form) => self.form.submit_with(form, |question| echo(&question.text)),
            Msg::Raw("stoppable") => echo("stoppable").cancellable("a"),
            Msg::Raw("stop") => Effect::cancel("a"),
            Msg::Raw("fetch") => Effect::http(HttpRequest::get("/file"), |_| Msg::Fetched),
            Msg::Raw(name) => {
                note_down(name);
                if name == "repeatable" { echo(name) } else { Effect::none() }
            }
            Msg::Answered(Ok(text)) if text == "more" => echo("once more"),
            Msg::Answered(reply) => {
                note_down(format!("{reply:?}"));
                Effect::none()
            }
            Msg::Fetched => {
                note_down("fetched");
                Effect::none()
            }
            Msg::UrlChanged(..) => Effect::none(),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        let raw = |name| dispatch.raw_form(name, move |_| Msg::Raw(name));
        rsx! {
            form { ..dispatch.form(Msg::Ask) }
            form { ..dispatch.form(Msg::Ask).key("other") }
            form { ..raw("repeatable").repeatable() }
            form { ..raw("quiet") }
            form { ..raw("fetch") }
            form { ..raw("stoppable").confirm("Really?") }
            form { ..raw("stop") }
            {memo((), || rsx! { form { ..raw("in a memo").confirm("Now?") } })}
            {memo((), || rsx! { {memo((), || rsx! { form { ..dispatch.form(Msg::Ask).key("memo") } })} })}
        }
    }
}

const ASK: u32 = 0;
const OTHER: u32 = 1;
const REPEATABLE: u32 = 2;
const QUIET: u32 = 3;
const FETCH: u32 = 4;
const STOPPABLE: u32 = 5;
const STOP: u32 = 6;

thread_local! {
    /// The visitor's answer to each question.
    static AGREES: Cell<bool> = const { Cell::new(true) };
    /// The app that answers and renders while the question is shown.
    static MEANWHILE: RefCell<Option<Rc<App>>> = const { RefCell::new(None) };
}

/// Asks the visitor, as the browser does.
fn ask(question: &str) -> bool {
    note_down(format!("asked {question}"));
    if let Some(app) = MEANWHILE.take() {
        app.screen().redraw_page();
        app.screen().render();
    }
    AGREES.get()
}

/// Reactions: a submit always stays in the app, and an ignored one is stopped.
const HANDLED: Reaction = Reaction { prevent_default: true, stop_propagation: false };
const IGNORED: Reaction = Reaction { prevent_default: true, stop_propagation: true };

fn start() -> World {
    pending::ask_with(ask);
    let page = PageEntry::of::<Model, Ask, NoLayout<ClientContext>>("Ask");
    let world = World::of(&[page, PAGES[1]]);
    world.visit("/");
    world.render();
    world.app.connect();
    world.open();
    world.fake.take_frames();
    take_log();
    world
}

fn submit(world: &World, form: u32, text: &str) -> Reaction {
    let data = FormData { values: FormValues::from([("text", text)]), ..FormData::default() };
    let data = &codec::encode(&data).unwrap();
    let reaction = world.app.event(&[1, 0, 0, form, 0], RawEvent { data, files: Vec::new() });
    world.settle();
    reaction
}

#[test]
fn a_second_submit_is_ignored_until_the_answer_was_handled() {
    let world = start();
    assert_eq!(submit(&world, ASK, "one"), HANDLED);
    assert_eq!(submit(&world, ASK, "two"), IGNORED);
    assert_eq!(submit(&world, OTHER, "three"), HANDLED);
    assert_eq!(world.fake.take_frames().len(), 2);
    world.answer(1, "one");
    assert_eq!(submit(&world, OTHER, "four"), IGNORED);
    assert_eq!(submit(&world, ASK, "five"), HANDLED);
}

#[test]
fn the_calls_of_an_answer_belong_to_the_submit() {
    let world = start();
    submit(&world, ASK, "one");
    world.answer(1, "more");
    assert_eq!(submit(&world, ASK, "two"), IGNORED);
    world.answer(2, "done");
    assert_eq!(submit(&world, ASK, "three"), HANDLED);
}

#[test]
fn a_submit_ends_when_its_call_fails() {
    let world = start();
    submit(&world, ASK, "one");
    world.close();
    assert_eq!(take_log().last().unwrap(), "Err(Offline)");
    assert_eq!(submit(&world, ASK, "two"), HANDLED);
}

#[test]
fn a_submit_lasts_for_its_http_request() {
    let world = start();
    submit(&world, FETCH, "");
    assert_eq!(submit(&world, FETCH, ""), IGNORED);
    world.respond(Err(HttpError("down".to_owned())));
    assert_eq!(take_log().last().unwrap(), "fetched");
    assert_eq!(submit(&world, FETCH, ""), HANDLED);
}

#[test]
fn a_submit_without_a_request_ends_at_once() {
    let world = start();
    for _ in 0..2 {
        assert_eq!(submit(&world, QUIET, ""), HANDLED);
    }
    assert_eq!(take_log(), ["quiet", "quiet"]);
}

#[test]
fn a_repeatable_form_may_be_submitted_meanwhile() {
    let world = start();
    for _ in 0..2 {
        assert_eq!(submit(&world, REPEATABLE, ""), HANDLED);
    }
    assert_eq!(take_log().iter().filter(|line| *line == "repeatable").count(), 2);
}

#[test]
fn a_submit_ends_with_its_page() {
    let world = start();
    submit(&world, ASK, "one");
    world.visit("/about");
    world.visit("/");
    assert_eq!(submit(&world, ASK, "two"), HANDLED);
}

#[test]
fn the_form_of_another_record_can_be_submitted_meanwhile() {
    let world = start();
    submit(&world, ASK, "one");
    // The page keeps its model.
    world.visit("/?record=2");
    assert_eq!(submit(&world, ASK, "two"), HANDLED);
    assert_eq!(submit(&world, ASK, "three"), IGNORED);
    world.visit("/");
    assert_eq!(submit(&world, ASK, "four"), IGNORED);
}

#[test]
fn a_cancelled_call_ends_its_submit() {
    let world = start();
    submit(&world, STOPPABLE, "");
    assert_eq!(submit(&world, STOPPABLE, ""), IGNORED);
    submit(&world, STOP, "");
    assert_eq!(submit(&world, STOPPABLE, ""), HANDLED);
    assert_eq!(submit(&world, STOPPABLE, ""), IGNORED);
}

#[test]
fn the_visitor_is_asked_before_a_submit_that_is_not_ignored() {
    let world = start();
    AGREES.set(false);
    assert_eq!(submit(&world, STOPPABLE, ""), IGNORED);
    assert_eq!(take_log(), ["asked Really?"]);
    AGREES.set(true);
    assert_eq!(submit(&world, STOPPABLE, ""), HANDLED);
    assert_eq!(take_log(), ["asked Really?", "call#1 Echo stoppable"]);
    assert_eq!(submit(&world, STOPPABLE, ""), IGNORED);
    assert_eq!(take_log(), [""; 0]);
}

#[test]
fn a_render_during_the_question_waits_until_its_end() {
    let world = start();
    MEANWHILE.set(Some(world.app.clone()));
    assert_eq!(submit(&world, STOPPABLE, ""), HANDLED);
    assert!(MEANWHILE.take().is_none());
    world.visit("/?record=2");
    assert!(world.html().contains("record=2"), "{}", world.html());
}

#[test]
fn a_form_in_a_memo_has_the_url_of_the_page() {
    let world = start();
    world.visit("/?record=2");
    let html = world.html();
    assert_eq!(html.matches("?record=2&").count(), html.matches("action=").count(), "{html}");
}

#[test]
fn an_invalid_form_has_the_focus_moved_and_no_submit_under_way() {
    let world = start();
    for _ in 0..2 {
        assert_eq!(submit(&world, ASK, ""), HANDLED);
    }
    assert_eq!(take_log(), ["form Question FocusInvalid", "form Question FocusInvalid"]);
}

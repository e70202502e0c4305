//! Events of the document: handlers, their messages, and their requests to the browser.

use std::cell::RefCell;

use rally::rsx;
use rally_core::codec::{self, DecodeError, Reader, Writer};
use rally_core::context::ClientContext;
use rally_core::dispatch::Dispatch;
use rally_core::effect::{Effect, History};
use rally_core::layout::NoLayout;
use rally_core::page::{Load, Page};
use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};
use rally_core::view::{
    Element, Event, EventData, Key, KeyboardData, KeyboardEvent, MouseData, MouseEvent, RawEvent,
    Reaction,
};
use rally_core::wire::{Shape, Wire, hash};

use crate::pages::{note_down, take_log};
use crate::world::World;

/// A page that counts clicks. It is its own route.
struct Clicks(u32);

enum Msg {
    Click,
    Leave,
}

impl Route for Clicks {
    const PATTERN: &'static str = "/";
    type Context = ClientContext;

    fn from_params(_: &Params) -> Option<Self> {
        Some(Self(0))
    }

    fn write_params(&self, _: &mut Params) {}
}

impl Load for Clicks {
    type Data = ();
    const HAS_LOADER: bool = false;
}

impl Wire for Clicks {
    fn shape(shape: &mut Shape) {
        shape.leaf(hash("Clicks"));
    }

    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Wire::read(from).map(Self)
    }
}

impl Page for Clicks {
    type Route = Self;
    type Msg = Msg;

    fn init(route: Self, (): (), _: &ClientContext) -> Self {
        route
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Click => {
                self.0 += 1;
                note_down(format!("click {}", self.0));
                Effect::none()
            }
            Msg::Leave => Effect::navigate_to("https://example.com/", History::Push),
        }
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        rsx! {
            button { onclick: move |_| dispatch(Msg::Click), "{self.0}" }
            input {
                onkeydown: move |event: KeyboardEvent| {
                    if event.key == Key::Enter {
                        event.prevent_default();
                        event.stop_propagation();
                        dispatch(Msg::Click);
                    }
                },
            }
            ul {
                for index in 0..self.0 {
                    li {
                        onclick: move |event: MouseEvent| {
                            note_down(format!("item {index}"));
                            run_inner(&event);
                            note_down("end of item");
                        },
                    }
                }
            }
            a { onclick: move |_| dispatch(Msg::Leave) }
        }
    }
}

thread_local! {
    /// An action during the handler of an item, such as a change of the focus.
    static INNER: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

fn run_inner(_: &Event<MouseData>) {
    if let Some(inner) = INNER.take() {
        inner();
    }
}

/// The paths of the listeners in the view of the page.
const BUTTON: [u32; 5] = [1, 0, 0, 0, 0];
const INPUT: [u32; 5] = [1, 0, 0, 2, 0];
const FIRST_ITEM: [u32; 7] = [1, 0, 0, 3, 0, 0, 0];
const LINK: [u32; 5] = [1, 0, 0, 4, 0];

fn start() -> World {
    let pages = [PageEntry::of::<Clicks, Clicks, NoLayout<ClientContext>>("Clicks")];
    let world = World::of(&pages);
    world.visit("/");
    world.render();
    take_log();
    world
}

fn send<T: EventData>(world: &World, path: &[u32], data: &T) -> Reaction {
    let data = &codec::encode(data).unwrap();
    world.app.event(path, RawEvent { data, files: Vec::new() })
}

fn click(world: &World, path: &[u32]) -> Reaction {
    send(world, path, &MouseData::default())
}

fn html(clicks: u32) -> String {
    let items = "<li></li>".repeat(clicks as usize);
    format!("<button>{clicks}</button><input></input><ul>{items}</ul><a></a>")
}

#[test]
fn messages_of_a_handler_are_handled_at_once_and_rendered_together_later() {
    let world = start();
    assert_eq!(click(&world, &BUTTON), Reaction::default());
    click(&world, &BUTTON);
    world.check(&["click 1", "click 2"], &html(0));
    world.settle();
    world.check(&[], &html(2));
}

#[test]
fn the_browser_gets_the_requests_of_the_handler() {
    let world = start();
    let press = |key| send(&world, &INPUT, &KeyboardData { key, ..KeyboardData::default() });
    assert_eq!(press(Key::Tab), Reaction::default());
    assert_eq!(press(Key::Enter), Reaction { prevent_default: true, stop_propagation: true });
    world.settle();
    world.check(&["click 1"], &html(1));
}

#[test]
fn effects_of_a_handler_start_during_the_event() {
    let world = start();
    click(&world, &LINK);
    world.check(&["document https://example.com/ Push"], &html(0));
}

#[test]
fn an_event_without_a_listener_is_ignored() {
    let world = start();
    let far = u32::MAX;
    for path in [
        &[][..],
        &[1],
        &[1, 0],
        &[1, 0, 0],
        &[1, 0, 0, 0],
        &[0, 0, 0, 0, 0],
        &[2, 0, 0, 0, 0],
        &[1, 0, 1, 0, 0],
        // A text, a list, and an item that does not exist.
        &[1, 0, 0, 1, 0],
        &[1, 0, 0, 3, 0],
        &FIRST_ITEM,
        &[far, far, far, far, far],
        &[1, far, far, far, far, far],
    ] {
        assert_eq!(click(&world, path), Reaction::default());
    }
    world.check(&[], &html(0));
}

#[test]
fn data_that_cannot_be_decoded_is_reported() {
    let world = start();
    assert_eq!(send(&world, &INPUT, &MouseData::default()), Reaction::default());
    let log = take_log();
    assert!(log[0].starts_with("report cannot read the data of an event: "), "{log:?}");
    assert_eq!(log.len(), 1);
    world.app.event(&BUTTON, RawEvent::default());
    assert_eq!(take_log().len(), 1);
    world.settle();
    assert_eq!(world.html(), html(0));
}

#[test]
fn a_handler_may_cause_another_event() {
    let world = start();
    click(&world, &BUTTON);
    world.settle();
    take_log();
    let app = world.app.clone();
    INNER.set(Some(Box::new(move || {
        let data = &codec::encode(&MouseData::default()).unwrap();
        // First the handler that runs already, and then one with a message.
        for path in [&FIRST_ITEM[..], &BUTTON] {
            app.event(path, RawEvent { data, files: Vec::new() });
        }
    })));
    click(&world, &FIRST_ITEM);
    world.settle();
    let expected = ["item 0", "item 0", "end of item", "click 2", "end of item"];
    world.check(&expected, &html(2));
}

#[test]
fn a_handler_of_a_page_that_was_left_sends_no_message() {
    let world = start();
    world.app.visit("/?again", History::Push);
    take_log();
    // The nodes of the page are in the document until the next page is rendered.
    click(&world, &BUTTON);
    world.settle();
    world.check(&["arrived /?again Entered"], &html(0));
    click(&world, &BUTTON);
    world.check(&["click 1"], &html(0));
}

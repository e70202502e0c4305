//! Programs with memos: hydrated, nested, and in pieces with messages of their own.

use std::cell::RefCell;
use std::rc::Rc;

use rally::prelude::*;
use rally::view::{Attribute, memo};
use rally_core::codec::encode;
use rally_core::html;
use rally_core::running::{
    AnyProgram as _, InitSource, ProgramHandle, RunningContext, RunningPage, Signal,
};
use rally_core::screen::Screen;
use rally_core::view::{FormData, MouseData, RawEvent};

use super::document::Document;
use super::programs::Home;
use super::{NO_LAYOUT, TestLayout};

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

mod piece {
    use super::*;
    pub struct Msg(pub u32);
    pub fn view(dispatch: Dispatch<Msg>) -> Element {
        rsx! {
            for id in [1_u32, 2] {
                {memo(id, || rsx! { button { onclick: move |_| dispatch(Msg(id)), "{id}" } })}
            }
        }
    }
}

#[derive(Wire)]
pub struct Model {
    mode: u32,
    count: u32,
}

pub enum Msg {
    Piece(piece::Msg),
    Next,
}

fn nested(from: u32, to: u32) -> Element {
    if from == to {
        return rsx! { "end" };
    }
    memo((from, to), || rsx! { div { "{from}" {nested(from + 1, to)} } })
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, (): (), _: &ClientContext) -> Self {
        Self { mode: 0, count: 0 }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Piece(piece::Msg(id)) => LOG.with_borrow_mut(|log| log.push(id.to_string())),
            Msg::Next => self.count += 1,
        }
        Effect::none()
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        match self.mode {
            0 => rsx! { {piece::view(dispatch.map(Msg::Piece))} p { "{self.count}" } },
            1 => rsx! { {memo((), || rsx! { em { "memo" } "m" })} p { "{self.count}" } },
            2 => nested(self.count, 3),
            4 => {
                let classes = (self.count > 0).then(|| Attribute::new("class", "busy"));
                rsx! { form { ..classes, ..dispatch.raw_form("f", |_| Msg::Piece(piece::Msg(9))) } }
            }
            5 => rsx! {
                for number in if self.count == 0 { [1, 2, 3] } else { [3, 1, 2] } {
                    {memo(number, || rsx! { b { key: "{number}", "data-key": number, "{number}" } })}
                }
            },
            _ => rsx! { "before" {memo(self.count, || rsx! { "{self.count}" })} "after" },
        }
    }
}

fn page(mode: u32) -> Rc<RunningPage<Model>> {
    let signal = Signal::default();
    let context = Rc::new(RunningContext::new(ClientContext::default(), signal.clone()));
    let handle = ProgramHandle { context, signal };
    let model = encode(&Model { mode, count: 0 }).unwrap();
    Rc::new(RunningPage::<Model>::new(Home, InitSource::Model(&model), handle).unwrap())
}

fn hydrate(mode: u32) -> (Screen, Rc<RefCell<Document>>, Rc<RunningPage<Model>>) {
    let layout = Rc::new(TestLayout(NO_LAYOUT));
    let html = html::for_hydration(layout.clone(), page(mode)).unwrap();
    let document = Rc::new(RefCell::new(Document::new(&html)));
    let screen = Screen::default();
    let shown = document.clone();
    screen.attach(move |ops| {
        shown.borrow_mut().apply(ops);
        true
    });
    screen.hydrate();
    let page = page(mode);
    screen.show(layout, page.clone(), || {});
    screen.render();
    (screen, document, page)
}

fn next(screen: &Screen, page: &Rc<RunningPage<Model>>) {
    page.send(Msg::Next);
    while page.clone().step().is_some() {}
    screen.redraw_page();
    screen.render();
}

#[test]
fn a_memo_is_hydrated() {
    let (screen, document, page) = hydrate(1);
    next(&screen, &page);
    assert_eq!(document.borrow().html(), "<em>memo</em>m<p>1</p>");
}

#[test]
fn a_memo_has_the_key_of_its_element() {
    let (screen, document, page) = hydrate(5);
    let before = document.borrow().keyed();
    assert_eq!(before.len(), 3);
    next(&screen, &page);
    assert_eq!(document.borrow().keyed(), before);
    let html = "<b data-key=\"3\">3</b><b data-key=\"1\">1</b><b data-key=\"2\">2</b>";
    assert_eq!(document.borrow().html(), html);
}

#[test]
fn a_memo_between_texts_is_hydrated() {
    let (screen, document, page) = hydrate(3);
    next(&screen, &page);
    assert_eq!(document.borrow().html(), "before1after");
}

#[test]
fn a_memo_in_a_mapped_piece_reaches_the_page() {
    let (screen, _document, page) = hydrate(0);
    for _ in 0..3 {
        next(&screen, &page);
    }
    let data = &encode(&MouseData::default()).unwrap();
    let event = RawEvent { data, files: Vec::new() };
    let found = screen.handle(&[1, 0, 0, 0, 1, 0, 0, 0, 0], event);
    assert!(found.is_some());
    while page.clone().step().is_some() {}
    assert_eq!(LOG.take(), ["2"]);
}

#[test]
fn a_memo_that_was_inside_another_is_shown_in_its_place() {
    let (screen, document, page) = hydrate(2);
    next(&screen, &page);
    assert_eq!(document.borrow().html(), "<div>1<div>2end</div></div>");
}

#[test]
fn a_listener_among_changing_attributes_is_found() {
    let (screen, _document, page) = hydrate(4);
    next(&screen, &page);
    let event = RawEvent { data: &encode(&FormData::default()).unwrap(), files: Vec::new() };
    let reaction = screen.handle(&[1, 0, 0, 0, 0], event).unwrap().unwrap();
    assert!(reaction.prevent_default);
    while page.clone().step().is_some() {}
    assert_eq!(LOG.take(), ["9"]);
}

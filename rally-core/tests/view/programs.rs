//! Programs on a screen: handles, mappings, memos, and rendering apart.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rally::prelude::*;
use rally_core::codec::encode;
use rally_core::context::ClientContext;
use rally_core::page::Load;
use rally_core::route::{Params, Route};
use rally_core::running::{
    AnyProgram, InitSource, ProgramHandle, RunningContext, RunningLayout, RunningPage, Signal,
};
use rally_core::screen::Screen;
use rally_core::view::{MouseData, RawEvent, Reaction};

use super::document::Document;

pub struct Home;

impl Route for Home {
    const PATTERN: &'static str = "/";
    type Context = ClientContext;

    fn from_params(_: &Params) -> Option<Self> {
        Some(Self)
    }

    fn write_params(&self, _: &mut Params) {}
}

impl Load for Home {
    type Data = ();
    const HAS_LOADER: bool = false;
}

/// A piece of the view with messages of its own.
mod row {
    use super::*;

    pub enum Msg {
        Added(u32),
    }

    pub fn view(id: u32, dispatch: Dispatch<Msg>) -> Element {
        rsx! { button { onclick: move |_| dispatch(Msg::Added(10)), "row {id}" } }
    }
}

static PAGE_VIEWS: AtomicUsize = AtomicUsize::new(0);
static LAYOUT_VIEWS: AtomicUsize = AtomicUsize::new(0);
static ROW_VIEWS: AtomicUsize = AtomicUsize::new(0);

#[derive(Wire)]
pub struct Model {
    rows: Vec<u32>,
    log: Vec<String>,
}

pub enum Msg {
    Row(u32, row::Msg),
    Log(String),
    Remove(u32),
    Reverse,
}

thread_local! {
    /// The handle of the page, as a task would keep it.
    static DISPATCH: RefCell<Option<Dispatch<Msg>>> = const { RefCell::new(None) };
}

impl Page for Model {
    type Route = Home;
    type Msg = Msg;

    fn init(_: Home, (): (), _: &ClientContext) -> Self {
        Self { rows: vec![1, 2, 3], log: Vec::new() }
    }

    fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
        match msg {
            Msg::Row(id, row::Msg::Added(number)) => self.log.push(format!("{id} {number}")),
            Msg::Log(text) => self.log.push(text),
            Msg::Remove(id) => self.rows.retain(|row| *row != id),
            Msg::Reverse => self.rows.reverse(),
        }
        Effect::none()
    }

    fn view(&self, dispatch: Dispatch<Msg>, _: &ClientContext) -> Element {
        PAGE_VIEWS.fetch_add(1, Ordering::Relaxed);
        DISPATCH.set(Some(dispatch));
        rsx! {
            for id in self.rows.iter().copied() {
                {memo(id, || {
                    ROW_VIEWS.fetch_add(1, Ordering::Relaxed);
                    row::view(id, dispatch.map(move |msg| Msg::Row(id, msg)))
                })}
            }
            p { onclick_capture: move |event| event.stop_propagation(), "{self.log:?}" }
        }
    }
}

#[derive(Wire)]
pub struct Frame;

impl Layout for Frame {
    type Context = ClientContext;
    type Msg = ();

    fn init(_: &ClientContext) -> Self {
        Self
    }

    fn update(&mut self, (): (), _: &ClientContext) -> Effect<()> {
        Effect::none()
    }

    fn view(&self, content: Element, dispatch: Dispatch<()>, _: &ClientContext) -> Element {
        LAYOUT_VIEWS.fetch_add(1, Ordering::Relaxed);
        rsx! { header { button { onclick: move |_| dispatch(()), "menu" } } {content} }
    }
}

struct Shown {
    screen: Screen,
    document: Rc<RefCell<Document>>,
    page: Rc<RunningPage<Model>>,
    layout: Rc<RunningLayout<Frame>>,
    signal: Signal,
}

impl Shown {
    fn new() -> Self {
        let signal = Signal::default();
        let context = Rc::new(RunningContext::new(ClientContext::default(), signal.clone()));
        let handle = ProgramHandle { context, signal: signal.clone() };
        let source = InitSource::Loaded(Box::new(()));
        let page = Rc::new(RunningPage::<Model>::new(Home, source, handle.clone()).unwrap());
        let layout = Rc::new(RunningLayout::<Frame>::new(None, handle).unwrap());
        let document = Rc::new(RefCell::new(Document::new("")));
        let screen = Screen::default();
        let shown = document.clone();
        screen.attach(move |ops| {
            shown.borrow_mut().apply(ops);
            true
        });
        screen.show(layout.clone(), page.clone(), || {});
        screen.render();
        Self { screen, document, page, layout, signal }
    }

    /// Handles all messages of the page, and renders it.
    fn settle(&self) {
        while self.page.clone().step().is_some() {}
        self.screen.redraw_page();
        self.screen.render();
    }

    fn send(&self, msg: Msg) {
        self.page.send(msg);
        self.settle();
    }

    /// Clicks the element with the listener at this position.
    fn click(&self, path: &[u32]) -> Option<Reaction> {
        let data = &encode(&MouseData::default()).unwrap();
        let event = RawEvent { data, files: Vec::new() };
        let reaction = self.screen.handle(path, event)?.unwrap();
        self.settle();
        Some(reaction)
    }

    fn html(&self) -> String {
        self.document.borrow().html()
    }

    fn log(&self) -> Vec<String> {
        self.page.with_model(|model| model.log.clone())
    }
}

/// The position of the button of a row: page, fragment, row's memo, button.
fn row_button(index: u32) -> [u32; 9] {
    [1, 0, 0, 0, index, 0, 0, 0, 0]
}

// One test, because the counters are shared by the whole process.
#[test]
fn programs_are_rendered_apart_and_memos_only_when_their_input_changes() {
    let shown = Shown::new();
    let counts =
        || [&PAGE_VIEWS, &LAYOUT_VIEWS, &ROW_VIEWS].map(|count| count.load(Ordering::Relaxed));
    let [pages, layouts, rows] = counts();
    assert_eq!((pages, layouts, rows), (1, 1, 3));

    // A change of the page renders the page, and no row.
    shown.send(Msg::Log("a".to_owned()));
    assert_eq!(counts(), [2, 1, 3]);
    // A change of the layout renders the layout.
    shown.screen.redraw_layout();
    shown.screen.render();
    assert_eq!(counts(), [2, 2, 3]);

    // The handlers of a row that was used again reach the page.
    assert!(shown.click(&row_button(1)).is_some());
    assert_eq!(shown.log(), ["a", "2 10"]);
    shown.send(Msg::Reverse);
    assert!(shown.click(&row_button(0)).is_some());
    assert_eq!(shown.log(), ["a", "2 10", "3 10"]);
    shown.send(Msg::Remove(2));
    assert!(shown.click(&row_button(1)).is_some());
    assert_eq!(shown.log(), ["a", "2 10", "3 10", "1 10"]);
    assert_eq!(counts()[2], 3, "no row was rendered again");
    assert_eq!(
        shown.html(),
        "<header><button>menu</button></header><button>row 3</button><button>row 1</button>\
         <p>[\"a\", \"2 10\", \"3 10\", \"1 10\"]</p>"
    );

    // There are no listeners at other positions.
    for path in [&[][..], &[1], &[1, 0], &[1, 0, 0, 0, 7, 0, 0, 0, 0], &[9, 0, 0, 0, 0]] {
        assert_eq!(shown.click(path), None, "{path:?}");
    }

    // A handle works in a task or on another thread, until the page has ended.
    let dispatch = DISPATCH.take().unwrap();
    shown.signal.clear();
    std::thread::spawn(move || dispatch(Msg::Log("thread".to_owned()))).join().unwrap();
    shown.settle();
    assert_eq!(shown.log().last().unwrap(), "thread");
    let Shown { screen, page, layout, .. } = shown;
    drop((screen, page, layout));
    dispatch(Msg::Log("after the end".to_owned()));
}

#[test]
fn a_handle_is_copy_and_can_be_sent_whatever_its_messages_are() {
    fn check<T: Copy + Send + Sync + PartialEq>() {}
    check::<Dispatch<std::cell::Cell<u8>>>();
}

//! Views: their text, their hydration and their changes, in a document in memory.

mod contents;
mod damage;
mod document;
mod everything;
mod forms;
mod lists;
mod memos;
mod parts;
mod programs;
mod random;

use std::cell::RefCell;
use std::rc::Rc;

use rally::prelude::*;
use rally_core::codec::EncodeError;
use rally_core::effect::Actions;
use rally_core::form::FormError;
use rally_core::html;
use rally_core::running::{AnyLayout, AnyPage, AnyProgram, ServerProgram};
use rally_core::screen::Screen;
use rally_core::view::{Ops, Tree};

use document::Document;

/// A page that only renders.
struct TestPage(Box<dyn Fn() -> Element>);

impl AnyPage for TestPage {
    fn view(self: Rc<Self>) -> Element {
        (self.0)()
    }

    fn head(&self) -> Option<Head> {
        None
    }

    fn is_dirty(&self) -> bool {
        false
    }

    fn change_url(&self, _: &rally_core::route::Params, _: &[u8]) -> bool {
        false
    }
}

/// A layout that only renders.
struct TestLayout(fn(Element) -> Element);

impl AnyLayout for TestLayout {
    fn view(self: Rc<Self>, content: Element) -> Element {
        (self.0)(content)
    }
}

macro_rules! idle {
    ($program:ty) => {
        impl AnyProgram for $program {
            fn mounted(self: Rc<Self>) -> Actions {
                Vec::new()
            }

            fn step(self: Rc<Self>) -> Option<Actions> {
                None
            }
        }

        impl ServerProgram for $program {
            fn collect_forms(&self) {}

            fn submit(&self, _: &str, _: FormValues) -> std::result::Result<(), FormError> {
                Err(FormError::Unknown)
            }

            fn model(&self) -> std::result::Result<Vec<u8>, EncodeError> {
                Ok(Vec::new())
            }
        }
    };
}

idle!(TestPage);
idle!(TestLayout);

/// The layout of a page without one.
const NO_LAYOUT: fn(Element) -> Element = |content| content;

fn page_of(view: impl Fn() -> Element + 'static) -> Rc<TestPage> {
    Rc::new(TestPage(Box::new(view)))
}

/// The server's text of a view, without the comments for hydration.
#[track_caller]
fn check_text(view: impl Fn() -> Element + 'static, expected: &str) {
    let page = page_of(view);
    let written = html::for_hydration(Rc::new(TestLayout(NO_LAYOUT)), page.clone()).unwrap();
    assert_eq!(without_comments(&written), expected, "written as text");
    assert_eq!(html::plain(page).unwrap(), expected, "built, and then written");
}

/// Removes the comments, of which a text of the app has none: it is escaped.
fn without_comments(html: &str) -> String {
    let mut rest = html;
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once("<!--") {
        text.push_str(before);
        rest = after.split_once("-->").expect("a comment should end").1;
    }
    text.push_str(rest);
    text
}

/// The document of a view that is shown without the server.
fn fresh(view: &dyn Fn() -> Element) -> Document {
    let mut document = Document::new("");
    let (mut tree, mut ops) = (Tree::new(0), Ops::default());
    tree.update(view(), &mut ops);
    document.apply(&ops);
    document
}

/// A hydrated page, and the document that shows it.
struct Shown {
    screen: Screen,
    document: Rc<RefCell<Document>>,
}

impl Shown {
    /// Hydrates a page in the document that the server sends.
    #[track_caller]
    fn hydrate(layout: fn(Element) -> Element, view: impl Fn() -> Element + 'static) -> Self {
        let (layout, page) = (Rc::new(TestLayout(layout)), page_of(view));
        let html = html::for_hydration(layout.clone(), page.clone()).unwrap();
        let document = Rc::new(RefCell::new(Document::new(&html)));
        let before = document.borrow().all();
        let screen = Screen::default();
        let shown = document.clone();
        screen.attach(move |ops| {
            shown.borrow_mut().apply(ops);
            true
        });
        screen.hydrate();
        screen.show(layout, page, || {});
        screen.render();
        assert_eq!(document.borrow().all(), before, "all nodes of the server are kept");
        Self { screen, document }
    }

    fn redraw(&self) {
        self.screen.redraw_page();
        self.screen.redraw_layout();
        self.screen.render();
    }

    fn html(&self) -> String {
        self.document.borrow().html()
    }
}

//! Documents that something else than the app has changed, and calls without a change.

use std::cell::RefCell;
use std::rc::Rc;

use rally::rsx;
use rally_core::html;
use rally_core::screen::Screen;

use crate::document::Document;
use crate::{NO_LAYOUT, TestLayout, page_of};

#[test]
fn a_damaged_document_is_hydrated_again() {
    let word = Rc::new(RefCell::new("before"));
    let shown = word.clone();
    let page = page_of(move || {
        let word = *shown.borrow();
        rsx! { p { "{word}" } for letter in word.chars() { b { "{letter}" } } }
    });
    let layout = Rc::new(TestLayout(|content| rsx! { main { {content} } }));
    let send = || html::for_hydration(layout.clone(), page.clone()).unwrap();

    let document = Rc::new(RefCell::new(Document::new(&send())));
    let calls = Rc::new(RefCell::new(Vec::new()));
    let screen = Screen::default();
    let (applied, noted) = (document.clone(), calls.clone());
    screen.attach(move |ops| {
        noted.borrow_mut().push(ops.code.len());
        // The second render finds damage.
        if noted.borrow().len() != 2 {
            applied.borrow_mut().apply(ops);
        }
        noted.borrow().len() != 2
    });
    screen.hydrate();
    screen.show(layout.clone(), page.clone(), || {});
    screen.render();
    assert_eq!(calls.borrow().len(), 1);

    word.replace("after");
    // The operations after the damage hydrate a document that shows the new word.
    document.replace(Document::new(&send()));
    screen.redraw_page();
    screen.render();
    assert_eq!(calls.borrow().len(), 3);
    let html = "<main><p>after</p><b>a</b><b>f</b><b>t</b><b>e</b><b>r</b></main>";
    assert_eq!(document.borrow().html(), html);

    word.replace("end");
    screen.redraw_page();
    screen.render();
    assert_eq!(document.borrow().html(), "<main><p>end</p><b>e</b><b>n</b><b>d</b></main>");
}

#[test]
fn a_render_without_a_change_sends_empty_operations() {
    let page = page_of(|| rsx! { p { "text" } });
    let calls = Rc::new(RefCell::new(Vec::new()));
    let noted = calls.clone();
    let screen = Screen::default();
    screen.attach(move |ops| {
        noted.borrow_mut().push(ops.is_empty());
        true
    });
    screen.show(Rc::new(TestLayout(NO_LAYOUT)), page, || {});
    screen.render();
    screen.schedule();
    screen.render();
    assert_eq!(*calls.borrow(), [false, true]);
}

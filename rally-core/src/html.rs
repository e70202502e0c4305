//! HTML as text, for the server and for tests.

use std::rc::Rc;

use dioxus_core::{Element, VirtualDom};

use crate::running::Running;
use crate::screen::Screen;

/// A page with the marks by which the browser finds its nodes again.
pub fn for_hydration(page: Rc<dyn Running>) -> String {
    let mut dom = Screen::showing(page).dom();
    dom.rebuild_in_place();
    dioxus_ssr::pre_render(&dom)
}

/// A page without marks, to be read.
pub fn plain(page: Rc<dyn Running>) -> String {
    let mut dom = Screen::showing(page).dom();
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}

/// HTML that belongs to no page, such as an error's.
pub fn of_element(element: impl Fn() -> Element + 'static) -> String {
    let mut dom = VirtualDom::new_with_props(
        |element: Rc<dyn Fn() -> Element>| element(),
        Rc::new(element) as Rc<dyn Fn() -> Element>,
    );
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}

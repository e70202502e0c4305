//! HTML as text, for the server and for tests.

use std::fmt;
use std::rc::Rc;

use dioxus_core::{Element, ErrorContext, ScopeId, VirtualDom, try_consume_context};

use crate::running::Running;
use crate::screen::Screen;

/// A view that panicked, or a component that returned an error.
#[derive(Debug)]
pub struct Unrendered(String);

/// A page with the marks by which the browser finds its nodes again.
///
/// # Errors
///
/// When a part of the view panics or returns an error.
pub fn for_hydration(page: Rc<dyn Running>) -> Result<String, Unrendered> {
    build(Screen::showing(page).dom()).map(|dom| dioxus_ssr::pre_render(&dom))
}

/// A page without marks, to be read.
///
/// # Errors
///
/// When a part of the view panics or returns an error.
pub fn plain(page: Rc<dyn Running>) -> Result<String, Unrendered> {
    build(Screen::showing(page).dom()).map(|dom| dioxus_ssr::render(&dom))
}

/// HTML that belongs to no page, such as an error's.
///
/// # Errors
///
/// When a part of it panics or returns an error.
pub fn of_element(element: impl Fn() -> Element + 'static) -> Result<String, Unrendered> {
    let root = |element: Rc<dyn Fn() -> Element>| element();
    let element: Rc<dyn Fn() -> Element> = Rc::new(element);
    build(VirtualDom::new_with_props(root, element)).map(|dom| dioxus_ssr::render(&dom))
}

/// Dioxus turns a panic of a component into nothing at its place, and tells the
/// boundary around all of them.
fn build(mut dom: VirtualDom) -> Result<VirtualDom, Unrendered> {
    dom.rebuild_in_place();
    let boundary = ScopeId::ROOT_ERROR_BOUNDARY;
    let error = dom.in_scope(boundary, || try_consume_context::<ErrorContext>()?.error());
    match error {
        None => Ok(dom),
        Some(error) => Err(Unrendered(error.to_string())),
    }
}

impl fmt::Display for Unrendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the view could not be rendered: {}", self.0)
    }
}

impl std::error::Error for Unrendered {}

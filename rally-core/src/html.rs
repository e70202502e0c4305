//! HTML as text, for the server and for tests.

mod attributes;
mod escape;
mod template;
mod writer;

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use dioxus_core::{Element, ErrorContext, ScopeId, VNode, VirtualDom, try_consume_context};

use crate::running::{AnyLayout, AnyPage};
pub(crate) use escape::push as escape;
use writer::{Components, HtmlWriter};

/// A view that panicked, or a component that returned an error.
#[derive(Debug)]
pub struct Unrendered(String);

/// A page in its layout, with the marks by which the browser finds its nodes
/// again.
///
/// # Errors
///
/// When a part of a view panics or returns an error.
pub fn for_hydration(
    layout: Rc<dyn AnyLayout>,
    page: Rc<dyn AnyPage>,
) -> Result<String, Unrendered> {
    let view = move || {
        let content = page.clone().view()?;
        layout.clone().view(Ok(content))
    };
    render(view, true)
}

/// A page without marks, to be read.
///
/// # Errors
///
/// When a part of the view panics or returns an error.
pub fn plain(page: Rc<dyn AnyPage>) -> Result<String, Unrendered> {
    render(move || page.clone().view(), false)
}

/// HTML that belongs to no page, such as an error's.
///
/// # Errors
///
/// When a part of it panics or returns an error.
pub fn of_element(element: impl Fn() -> Element + 'static) -> Result<String, Unrendered> {
    render(element, false)
}

/// A view, and what it gave.
struct View {
    make: Box<dyn Fn() -> Element>,
    made: OnceCell<(VNode, Components)>,
}

/// Dioxus copies what a component returns, and gives each node of it a parent in
/// its arenas, to compare it with the next rendering. Here is no next one: only
/// the view's components are returned to it, and the view is kept beside them.
/// The screen that shows them in the browser adds no node to them, so what is
/// numbered here is found there.
fn root(view: Rc<View>) -> Element {
    let made = (view.make)()?;
    let components = Components::of(&made);
    let nodes = components.nodes.clone();
    view.made.get_or_init(|| (made, components));
    Ok(nodes)
}

fn render(view: impl Fn() -> Element + 'static, for_hydration: bool) -> Result<String, Unrendered> {
    let view = Rc::new(View { make: Box::new(view), made: OnceCell::new() });
    let mut dom = VirtualDom::new_with_props(root, view.clone());
    dom.rebuild_in_place();
    // A panic of a component becomes nothing at its parent, and the boundary
    // around all of them is told.
    let boundary = ScopeId::ROOT_ERROR_BOUNDARY;
    let error = dom.in_scope(boundary, || try_consume_context::<ErrorContext>()?.error());
    if let Some(error) = error {
        return Err(Unrendered(error.to_string()));
    }
    let scope = dom.get_scope(ScopeId::APP);
    match (view.made.get(), scope.and_then(|scope| scope.try_root_node())) {
        (Some((made, components)), Some(built)) => {
            Ok(HtmlWriter::new(&dom, components, built, for_hydration).write(made))
        }
        _ => Err(Unrendered("it waits for something".to_owned())),
    }
}

impl fmt::Display for Unrendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the view could not be rendered: {}", self.0)
    }
}

impl std::error::Error for Unrendered {}

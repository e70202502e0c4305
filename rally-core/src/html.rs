//! Rendering of pages as HTML text, for the server and for tests.

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

/// The error of a view that panicked, returned an error, or waits for data (is suspended).
#[derive(Debug)]
pub struct HtmlError(String);

/// Renders a page in its layout, with the comments and attributes for hydration.
pub fn for_hydration(
    layout: Rc<dyn AnyLayout>,
    page: Rc<dyn AnyPage>,
) -> Result<String, HtmlError> {
    let view = move || {
        let content = page.clone().view()?;
        layout.clone().view(Ok(content))
    };
    render(view, true)
}

/// Renders a page without the comments and attributes for hydration.
pub fn plain(page: Rc<dyn AnyPage>) -> Result<String, HtmlError> {
    render(move || page.clone().view(), false)
}

/// Renders an element that belongs to no page, such as an error message.
pub fn of_element(element: impl Fn() -> Element + 'static) -> Result<String, HtmlError> {
    render(element, false)
}

struct View {
    make: Box<dyn Fn() -> Element>,
    made: OnceCell<(VNode, Components)>,
}

/// The root component. It stores the nodes of the view in `view`, and returns
/// only the view's components.
///
/// Dioxus copies the returned nodes into its arenas, to compare them with the
/// next rendering. Here there is no next rendering, so Dioxus gets only the
/// components, which it has to run.
fn root(view: Rc<View>) -> Element {
    let made = (view.make)()?;
    let components = Components::of(&made);
    let nodes = components.nodes.clone();
    view.made.get_or_init(|| (made, components));
    Ok(nodes)
}

fn render(view: impl Fn() -> Element + 'static, for_hydration: bool) -> Result<String, HtmlError> {
    let view = Rc::new(View { make: Box::new(view), made: OnceCell::new() });
    let mut dom = VirtualDom::new_with_props(root, view.clone());
    dom.rebuild_in_place();
    // If a component has panicked or returned an error, the root error boundary
    // has the error.
    let boundary = ScopeId::ROOT_ERROR_BOUNDARY;
    let error = dom.in_scope(boundary, || try_consume_context::<ErrorContext>()?.error());
    if let Some(error) = error {
        return Err(HtmlError(error.to_string()));
    }
    let scope = dom.get_scope(ScopeId::APP);
    match (view.made.get(), scope.and_then(|scope| scope.try_root_node())) {
        (Some((made, components)), Some(built)) => {
            Ok(HtmlWriter::new(&dom, components, built, for_hydration).write(made))
        }
        _ => Err(HtmlError("a component is suspended, but a view cannot wait".to_owned())),
    }
}

impl fmt::Display for HtmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the view could not be rendered: {}", self.0)
    }
}

impl std::error::Error for HtmlError {}

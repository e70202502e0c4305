//! Rendering of pages as HTML text, for the server and for tests.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use crate::running::{AnyLayout, AnyPage};
use crate::view::Element;
use crate::view::markup::{self, Marks};

/// The error of a view that panicked. Contains the message of the panic.
#[derive(Debug)]
pub struct HtmlError(String);

/// Renders a page in its layout, with the comments for hydration.
pub fn for_hydration(
    layout: Rc<dyn AnyLayout>,
    page: Rc<dyn AnyPage>,
) -> Result<String, HtmlError> {
    catch(|| {
        markup::write(|| {
            let content = markup::in_outlet(page.view());
            layout.view(content)
        })
    })
}

/// Renders a page without the comments for hydration.
pub fn plain(page: Rc<dyn AnyPage>) -> Result<String, HtmlError> {
    of_element(|| page.view())
}

/// Renders a page that collects its forms. Only the text has forms by name: in a
/// document, each form has a listener.
pub(crate) fn for_forms(page: Rc<dyn AnyPage>) -> Result<(), HtmlError> {
    catch(|| markup::write(|| page.view())).map(drop)
}

/// Renders an element that belongs to no page, such as an error message.
pub fn of_element(element: impl FnOnce() -> Element) -> Result<String, HtmlError> {
    catch(|| markup::text_of_element(element(), Marks::None))
}

fn catch(render: impl FnOnce() -> String) -> Result<String, HtmlError> {
    // After a panic, the caller drops the page, so nobody sees a broken state.
    catch_unwind(AssertUnwindSafe(render)).map_err(|panic| HtmlError(message(&*panic)))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without a message".to_owned())
}

impl fmt::Display for HtmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the view could not be rendered: {}", self.0)
    }
}

impl std::error::Error for HtmlError {}

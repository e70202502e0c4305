//! Elements: the HTML of a view, as templates with the values of their slots.

#[cfg(target_arch = "wasm32")]
use std::rc::Rc as Pointer;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::Arc as Pointer;

use super::attribute::{Attribute, Value};
use super::event::Listener;
use super::markup::Html;
use super::template::{Code, OUTLET, Template};

/// The HTML that `rsx!` makes.
///
/// An element belongs to the view that made it: return it, or put it into
/// another element with `{element}`. It has any number of nodes, also none.
///
/// ```
/// # use rally::prelude::*;
/// let heading = rsx! { h1 { "Hello" } };
/// let page: Element = rsx! {
///     header { {heading} }
///     main { "..." }
/// };
/// ```
#[must_use = "an element is shown only if a view returns it"]
pub struct Element(pub(super) Content);

pub(super) enum Content {
    Views(Vec<View>),
    /// The text that the server has written already. In the browser, there is none.
    Html(Html),
}

impl Element {
    /// Makes an element that shows the tree with this number.
    pub(crate) fn outlet(tree: u32) -> Self {
        Self(Content::Views(vec![View {
            template: &OUTLET,
            key: None,
            slots: vec![Slot::Outlet(tree)],
        }]))
    }

    pub(super) fn into_views(self) -> Vec<View> {
        match self.0 {
            Content::Views(views) => views,
            Content::Html(_) => {
                debug_assert!(false, "an element was used after the render that made it");
                Vec::new()
            }
        }
    }
}

/// A template with the values of its slots.
pub(super) struct View {
    pub(super) template: &'static Template,
    pub(super) key: Option<Box<str>>,
    pub(super) slots: Vec<Slot>,
}

/// The value of one dynamic place of a template.
#[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "only text needs names and codes"))]
pub(super) enum Slot {
    Text(String),
    /// The text of a `<script>` or `<style>`.
    Code(Code, String),
    Attribute(&'static str, Value),
    /// The attribute `value` of a `<textarea>`, which the server writes as content.
    TextareaValue(Value),
    /// The attribute `value` of a `<select>`, for which the server marks an option.
    SelectValue(Value),
    InnerHtml(Value),
    Listener(Listener),
    Spread(Vec<Attribute>),
    List(Vec<View>),
    /// A list that views of several renders share, because nothing in it has changed.
    Memo(Shared),
    /// The list shows the tree with this number.
    Outlet(u32),
}

/// Views that several renders share.
///
/// They never change, so they are read without a lock.
#[derive(Clone)]
pub(crate) struct Shared(Pointer<Vec<View>>);

impl Shared {
    pub(super) fn new(views: Vec<View>) -> Self {
        Self(Pointer::new(views))
    }

    pub(super) fn views(&self) -> &[View] {
        &self.0
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        Pointer::ptr_eq(&self.0, &other.0)
    }
}

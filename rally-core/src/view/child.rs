//! Values in braces among the children of an element.

use std::fmt::Display;

use super::builder::Builder;
use super::element::Element;
use super::format::{Arg, Slow as _};

/// A type that `rsx!` accepts in braces among the children of an element.
///
/// These are [`Element`], everything that implements `Display`, and `Option`s
/// and iterators of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown in a view",
    label = "not an `Element`, an `Option` or iterator of these, or a type with `Display`",
    note = "write a nested `rsx! {{ .. }}`, or a format string: \"{{value:?}}\""
)]
pub trait IntoChild<Kind = ()> {
    /// Adds the value to the list that `builder` builds.
    fn into_child(self, builder: &mut Builder);
}

impl IntoChild for Element {
    #[inline]
    fn into_child(self, builder: &mut Builder) {
        builder.element(self);
    }
}

impl IntoChild for () {
    fn into_child(self, _: &mut Builder) {}
}

/// The kind of [`IntoChild`] for types with `Display`.
pub struct ByDisplay;

impl<T: Display> IntoChild<ByDisplay> for T {
    fn into_child(self, builder: &mut Builder) {
        builder.text_view_begin();
        (&&Arg(&self)).add(builder);
        builder.text_view();
    }
}

/// The kind of [`IntoChild`] for iterators and `Option`s. `Kind` is the kind of their items.
pub struct ByItem<Kind>(Kind);

impl<I, Kind> IntoChild<ByItem<Kind>> for I
where
    I: IntoIterator<Item: IntoChild<Kind>>,
{
    fn into_child(self, builder: &mut Builder) {
        self.into_iter().for_each(|child| child.into_child(builder));
    }
}

impl Builder {
    /// Adds a child in braces.
    #[inline]
    pub fn child<Kind>(&mut self, child: impl IntoChild<Kind>) {
        child.into_child(self);
    }
}

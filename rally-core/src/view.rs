//! Views: the elements that `rsx!` makes, their events, and their comparison.

mod attribute;
mod builder;
mod child;
mod diff;
mod element;
mod event;
mod format;
mod integer;
#[cfg_attr(target_arch = "wasm32", path = "view/markup/browser.rs")]
pub(crate) mod markup;
mod memo;
mod memos;
mod ops;
mod property;
pub(crate) mod scope;
mod template;
mod tree;

pub use attribute::{Attribute, IntoAttribute, IntoAttributes, IntoFlag};
pub use element::Element;
pub use event::*;
pub use memo::memo;
#[doc(hidden)]
pub use ops::Ops;
#[doc(hidden)]
pub use template::{Namespace, Template};
#[doc(hidden)]
pub use tree::Tree;

/// The items that the expansion of `rsx!` uses.
#[doc(hidden)]
pub mod expansion {
    pub use super::attribute::{IntoAttribute, IntoAttributes, IntoFlag};
    pub use super::builder::{Builder, ElementContent, Field};
    pub use super::child::IntoChild;
    pub use super::element::Element;
    pub use super::event::events;
    pub use super::format::{Arg, Fast, Slow};
    pub use super::property::{ChildrenOf, Given, IntoOptional, IntoText, Missing};
    pub use super::template::{Code, Namespace, Template};
}

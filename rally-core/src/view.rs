//! What a view is written with: Dioxus' `rsx!`, and the names it expands to.

pub use dioxus_core::{self, Element, Event, EventHandler, Properties};
pub use dioxus_core_macro::{Props, component, rsx};
pub use dioxus_html::{self as dioxus_elements, events::*, *};
pub use dioxus_signals;

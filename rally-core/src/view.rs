//! Names for views: Dioxus' macro `rsx!`, the names that its expansion uses, and
//! the types of events.

pub use dioxus_core::{self, Element, Event, EventHandler, Properties};
pub use dioxus_core_macro::{Props, component, rsx};
pub use dioxus_html::extensions::*;
pub use dioxus_html::point_interaction::*;
pub use dioxus_html::{
    self as dioxus_elements, AnimationEvent, ClipboardEvent, Code, CompositionEvent, DragEvent,
    FocusEvent, FormEvent, HasFileData, Key, KeyboardEvent, MediaEvent, Modifiers, MouseEvent,
    PointerEvent, ScrollEvent, SelectionEvent, ToggleEvent, TouchEvent, TransitionEvent,
    WheelEvent,
};
pub use dioxus_signals;

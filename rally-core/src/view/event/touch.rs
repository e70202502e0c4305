//! Events of fingers on a touchscreen.

use super::data::data;
use super::{Event, EventData, Modifiers, Point};

/// An event of fingers on a touchscreen.
pub type TouchEvent = Event<TouchData>;

data! {
    /// The data of a [`TouchEvent`].
    TouchData {
        /// All fingers on the screen.
        touches: Vec<Touch>,
        /// The fingers that began on the same element.
        target_touches: Vec<Touch>,
        /// The fingers that this event is about.
        changed_touches: Vec<Touch>,
        /// The modifier keys that are held.
        modifiers: Modifiers,
    }
}

data! {
    /// One finger of a [`TouchEvent`].
    Touch {
        /// Number of the finger. It is the same until the finger is lifted.
        id: i32,
        /// Position in the visible part of the window.
        client: Point,
        /// Position in the document, which may be scrolled.
        page: Point,
        /// Position on the screen.
        screen: Point,
        /// Pressure between 0 and 1; 0 without a sensor.
        force: f64,
    }
}

impl EventData for TouchData {}

//! Events of pointers: mouse, pen and fingers.

use std::ops::Deref;

use super::data::data;
use super::{Event, EventData, MouseData};

/// An event of a mouse, a pen or a finger.
pub type PointerEvent = Event<PointerData>;

data! {
    /// The data of a [`PointerEvent`]. It has the fields of [`MouseData`] too.
    PointerData {
        /// Position, buttons and modifier keys.
        mouse: MouseData,
        /// Number of the pointer. It is the same until a finger is lifted.
        id: i32,
        /// `mouse`, `pen` or `touch`; empty or another word for other devices.
        device: String,
        /// `true` for the mouse, the pen, and the first of several fingers.
        is_primary: bool,
        /// Pressure between 0 and 1. It is 0.5 for a held button without a sensor.
        pressure: f64,
        /// Width of the contact in CSS pixels.
        width: f64,
        /// Height of the contact in CSS pixels.
        height: f64,
        /// Tilt of a pen to the right, in degrees from -90 to 90.
        tilt_x: f64,
        /// Tilt of a pen towards the visitor, in degrees from -90 to 90.
        tilt_y: f64,
        /// Clockwise rotation of a pen in degrees from 0 to 359.
        twist: f64,
    }
}

impl EventData for PointerData {}

impl Deref for PointerData {
    type Target = MouseData;

    fn deref(&self) -> &MouseData {
        &self.mouse
    }
}

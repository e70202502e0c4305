//! Events of the mouse wheel.

use std::ops::Deref;

use super::data::data;
use super::mouse::at_most;
use super::{Event, EventData, MouseData};
use crate::codec::{DecodeError, Reader, Writer};
use crate::wire::{Shape, Wire, hash};

/// A turn of the mouse wheel, or scrolling on a touchpad.
pub type WheelEvent = Event<WheelData>;

data! {
    /// The data of a [`WheelEvent`]. It has the fields of [`MouseData`] too.
    WheelData {
        /// Position, buttons and modifier keys.
        mouse: MouseData,
        /// Distance to the right.
        delta_x: f64,
        /// Distance downwards.
        delta_y: f64,
        /// Distance away from the visitor.
        delta_z: f64,
        /// The unit of the distances.
        unit: WheelUnit,
    }
}

impl EventData for WheelData {}

impl Deref for WheelData {
    type Target = MouseData;

    fn deref(&self) -> &MouseData {
        &self.mouse
    }
}

/// The unit of the distances in [`WheelData`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WheelUnit {
    /// CSS pixels.
    #[default]
    Pixels,
    /// Lines of text.
    Lines,
    /// Pages.
    Pages,
}

/// A unit is encoded as the number that the DOM has for it.
impl Wire for WheelUnit {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("WheelUnit") });
    }

    fn write(&self, to: &mut Writer) {
        to.uint(*self as u64);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok([Self::Pixels, Self::Lines, Self::Pages][usize::from(at_most(from, 2)?)])
    }
}

//! Events of a mouse, and of devices that act as a mouse.

use super::data::data;
use super::{Event, EventData, Modifiers, Point};
use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::wire::{Shape, Wire, hash};

/// An event of a mouse, such as a click.
pub type MouseEvent = Event<MouseData>;

data! {
    /// The data of a [`MouseEvent`].
    MouseData {
        /// Position in the visible part of the window.
        client: Point,
        /// Position in the document, which may be scrolled.
        page: Point,
        /// Position on the screen.
        screen: Point,
        /// Position in the innermost element at the mouse, without its border.
        offset: Point,
        /// The button that was pressed or released.
        ///
        /// It is `None` in an event of a pointer in which no button has changed. In other
        /// events without a button, browsers report `Primary`.
        button: Option<MouseButton>,
        /// The buttons that are held.
        buttons: MouseButtons,
        /// The modifier keys that are held.
        modifiers: Modifiers,
        /// Number of clicks in a row: 2 for a double click. A click by keyboard has 0.
        clicks: u32,
    }
}

impl EventData for MouseData {}

/// A button of a mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseButton {
    /// The main button, usually the left one. Pens and fingers have this button too.
    Primary,
    /// The wheel, usually in the middle.
    Auxiliary,
    /// The button of context menus, usually the right one.
    Secondary,
    /// The button that goes back.
    Back,
    /// The button that goes forward.
    Forward,
    /// The eraser of a pen.
    Eraser,
    /// Another button, with its number in the DOM.
    Other(u8),
}

impl MouseButton {
    const ALL: [Self; 6] =
        [Self::Primary, Self::Auxiliary, Self::Secondary, Self::Back, Self::Forward, Self::Eraser];

    fn number(self) -> u8 {
        let known = Self::ALL.iter().position(|known| *known == self);
        match (self, known) {
            (Self::Other(number), _) => number,
            (_, known) => known.unwrap_or_default() as u8,
        }
    }
}

/// A button is encoded as its number in the DOM.
impl Wire for MouseButton {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("MouseButton") });
    }

    fn write(&self, to: &mut Writer) {
        to.uint(self.number().into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number: u8 = from.uint()?;
        Ok(Self::ALL.get(usize::from(number)).copied().unwrap_or(Self::Other(number)))
    }
}

/// A set of buttons of a mouse.
///
/// ```
/// use rally_core::view::{MouseButton, MouseButtons};
///
/// let held = MouseButtons::from_iter([MouseButton::Primary]);
/// assert!(held.contains(MouseButton::Primary));
/// assert!(!held.contains(MouseButton::Secondary));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MouseButtons(u16);

impl MouseButtons {
    /// Returns `true` if the set has no button.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns `true` if the set has this button.
    pub fn contains(self, button: MouseButton) -> bool {
        self.0 & Self::bit(button) != 0
    }

    /// Returns the bit of a button in the `buttons` of the DOM, where the
    /// auxiliary button comes after the secondary one.
    fn bit(button: MouseButton) -> u16 {
        match button {
            MouseButton::Primary => 1,
            MouseButton::Secondary => 2,
            MouseButton::Auxiliary => 4,
            button => 1u16.checked_shl(button.number().into()).unwrap_or(0),
        }
    }
}

impl FromIterator<MouseButton> for MouseButtons {
    fn from_iter<I: IntoIterator<Item = MouseButton>>(buttons: I) -> Self {
        Self(buttons.into_iter().fold(0, |bits, button| bits | Self::bit(button)))
    }
}

impl Wire for MouseButtons {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("MouseButtons") });
    }

    fn write(&self, to: &mut Writer) {
        to.uint(self.0.into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.uint().map(Self)
    }
}

/// Reads a number that is at most `max`.
pub(super) fn at_most(from: &mut Reader<'_>, max: u8) -> Result<u8, DecodeError> {
    match from.uint()? {
        number if number <= max => Ok(number),
        _ => Err(from.error(DecodeErrorKind::OutOfRange)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn buttons_have_the_numbers_and_bits_of_the_dom() {
        for (number, bit) in [(0, 1), (1, 4), (2, 2), (3, 8), (4, 16), (5, 32), (6, 64), (40, 0)] {
            let button: MouseButton = decode(&[number]).unwrap();
            assert_eq!(encode(&button).unwrap(), [number]);
            assert_eq!(MouseButtons::from_iter([button]), MouseButtons(bit));
        }
    }
}

//! Events of the keyboard, and modifier keys.

use std::fmt;

use super::data::data;
use super::mouse::at_most;
use super::{Event, EventData};
use crate::codec::{DecodeError, Reader, Writer};
use crate::wire::{Shape, Wire, hash};

/// A press or release of a key.
pub type KeyboardEvent = Event<KeyboardData>;

data! {
    /// The data of a [`KeyboardEvent`].
    KeyboardData {
        /// The meaning of the key, in the visitor's keyboard layout.
        key: Key,
        /// The position of the key, as its name on an English keyboard, such as `KeyA`.
        code: String,
        /// The modifier keys that are held.
        modifiers: Modifiers,
        /// `true` if the key is held so long that the press repeats.
        repeat: bool,
        /// `true` while an input method composes a text, for example in Japanese.
        /// Such a press of Enter ends the composition, and should not submit.
        is_composing: bool,
    }
}

impl EventData for KeyboardData {}

/// The modifier keys that are held during an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// Control.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt, or Option on a Mac.
    pub alt: bool,
    /// Command on a Mac, or the Windows key.
    pub meta: bool,
}

impl Modifiers {
    /// Returns `true` if no modifier key is held.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// Modifier keys are encoded as bits: 1 Control, 2 Shift, 4 Alt, 8 Meta.
impl Wire for Modifiers {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Modifiers") });
    }

    fn write(&self, to: &mut Writer) {
        let bits = [self.ctrl, self.shift, self.alt, self.meta];
        to.uint(bits.iter().rev().fold(0, |bits, bit| bits << 1 | u64::from(*bit)));
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bits = at_most(from, 15)?;
        let [ctrl, shift, alt, meta] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
        Ok(Self { ctrl, shift, alt, meta })
    }
}

macro_rules! keys {
    ($($(#[$meta:meta])* $name:ident)*) => {
        /// The meaning of a key.
        ///
        /// Its text is the `key` of the DOM:
        ///
        /// ```
        /// use rally_core::view::Key;
        ///
        /// assert_eq!(Key::from("Enter"), Key::Enter);
        /// assert_eq!(Key::from("é"), Key::Character("é".to_owned()));
        /// assert_eq!(Key::from("BrightnessUp"), Key::Other("BrightnessUp".to_owned()));
        /// assert_eq!(Key::ArrowUp.to_string(), "ArrowUp");
        /// ```
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum Key {
            /// A key that inserts this text. The space bar is `" "`.
            Character(String),
            $($(#[$meta])* $name,)*
            /// Another key, with its name in the DOM; `Unidentified` if the browser does not know
            /// the key.
            Other(String),
        }

        impl From<&str> for Key {
            fn from(name: &str) -> Self {
                match name {
                    $(stringify!($name) => Self::$name,)*
                    // Only names of keys are longer than one letter and ASCII.
                    _ if name.len() > 1 && name.is_ascii() => Self::Other(name.to_owned()),
                    _ => Self::Character(name.to_owned()),
                }
            }
        }

        impl Key {
            /// Returns the text of the key in the DOM.
            pub fn as_str(&self) -> &str {
                match self {
                    Self::Character(text) | Self::Other(text) => text,
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

keys! {
    /// Enter or Return.
    Enter
    /// Tab.
    Tab
    /// Escape.
    Escape
    /// Backspace.
    Backspace
    /// Delete.
    Delete
    /// Insert.
    Insert
    /// The arrow down.
    ArrowDown
    /// The arrow to the left.
    ArrowLeft
    /// The arrow to the right.
    ArrowRight
    /// The arrow up.
    ArrowUp
    /// Home.
    Home
    /// End.
    End
    /// Page Up.
    PageUp
    /// Page Down.
    PageDown
    /// Shift.
    Shift
    /// Control.
    Control
    /// Alt, or Option on a Mac.
    Alt
    /// Command on a Mac, or the Windows key.
    Meta
    /// Caps Lock.
    CapsLock
    /// The key of context menus.
    ContextMenu
    /// A key that changes the next character, such as an accent.
    Dead
    /// F1.
    F1
    /// F2.
    F2
    /// F3.
    F3
    /// F4.
    F4
    /// F5.
    F5
    /// F6.
    F6
    /// F7.
    F7
    /// F8.
    F8
    /// F9.
    F9
    /// F10.
    F10
    /// F11.
    F11
    /// F12.
    F12
}

impl Default for Key {
    fn default() -> Self {
        Self::Other("Unidentified".to_owned())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Wire for Key {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Key") });
    }

    fn write(&self, to: &mut Writer) {
        to.text(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.text().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn modifiers_survive_the_codec() {
        for bits in 0..16 {
            let modifiers: Modifiers = decode(&[bits]).unwrap();
            assert_eq!(encode(&modifiers).unwrap(), [bits]);
        }
        assert!(decode::<Modifiers>(&[16]).is_err());
        assert_eq!(decode(&[2]), Ok(Modifiers { shift: true, ..Modifiers::default() }));
    }
}

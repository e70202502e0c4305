//! Events of the document: their data, and the handlers of a view.
//!
//! A browser sends the data of an event as bytes. So an event handler needs no
//! browser: a test makes the data, and the bytes may also come over a socket.

mod animation;
mod clipboard;
mod data;
mod drag;
pub mod events;
mod form;
mod keyboard;
#[cfg_attr(target_arch = "wasm32", path = "event/listener/browser.rs")]
mod listener;
mod media;
mod mouse;
mod pointer;
mod position;
mod simple;
mod touch;
mod wheel;

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

pub use animation::{AnimationData, AnimationEvent, TransitionData, TransitionEvent};
pub use clipboard::{ClipboardData, ClipboardEvent};
pub use drag::{DragData, DragEvent};
pub use form::{FormData, FormEvent};
pub use keyboard::{Key, KeyboardData, KeyboardEvent, Modifiers};
pub use listener::Handler;
pub(super) use listener::Listener;
pub use media::{MediaData, MediaEvent};
pub use mouse::{MouseButton, MouseButtons, MouseData, MouseEvent};
pub use pointer::{PointerData, PointerEvent};
pub use position::Point;
pub use simple::{
    CompositionData, CompositionEvent, FocusData, FocusEvent, PlainData, PlainEvent, ScrollData,
    ScrollEvent, SelectionData, SelectionEvent, ToggleData, ToggleEvent,
};
pub use touch::{Touch, TouchData, TouchEvent};
pub use wheel::{WheelData, WheelEvent, WheelUnit};

use crate::codec::{DecodeError, DecodeLimits, Reader};
use crate::file::BrowserFile;
use crate::maybe_send::MaybeSend;
use crate::wire::Wire;

/// An event, for the handler of a view.
///
/// The fields and methods of its data can be used directly, as in `event.key`.
///
/// ```
/// use rally_core::view::{Key, KeyboardData, KeyboardEvent};
///
/// let handler = |event: KeyboardEvent| {
///     if event.key == Key::Enter && !event.modifiers.shift {
///         event.prevent_default();
///     }
/// };
///
/// let event = KeyboardEvent::new(KeyboardData { key: Key::Enter, ..Default::default() });
/// handler(event.clone());
/// assert!(event.reaction().prevent_default);
/// ```
#[derive(Clone)]
pub struct Event<T> {
    data: T,
    /// Clones share it, because the caller of a handler keeps a clone.
    reaction: Rc<Cell<Reaction>>,
}

impl<T> Event<T> {
    /// Makes an event, for example for a test of a handler.
    pub fn new(data: T) -> Self {
        Self { data, reaction: Rc::default() }
    }

    /// Returns the data of the event.
    pub fn data(&self) -> &T {
        &self.data
    }

    /// Returns the data of the event, for example to send it in a message.
    pub fn into_data(self) -> T {
        self.data
    }

    /// Stops the browser from doing what it would do by default.
    ///
    /// For example, the browser then does not follow a link, submit a form or
    /// insert a typed character. It has no effect in a handler with the suffix
    /// `_passive`.
    pub fn prevent_default(&self) {
        self.reaction.update(|reaction| Reaction { prevent_default: true, ..reaction });
    }

    /// Stops the event before it reaches the next element.
    ///
    /// No handler of the elements around this one is called. After a handler with the
    /// suffix `_capture`, neither is one of the elements inside, nor one without this
    /// suffix.
    pub fn stop_propagation(&self) {
        self.reaction.update(|reaction| Reaction { stop_propagation: true, ..reaction });
    }

    /// Returns what the handlers have requested so far.
    pub fn reaction(&self) -> Reaction {
        self.reaction.get()
    }
}

impl<T> Deref for Event<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T: fmt::Debug> fmt::Debug for Event<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.data).finish()
    }
}

/// The requests of a handler to the browser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reaction {
    /// [`Event::prevent_default`] was called.
    pub prevent_default: bool,
    /// [`Event::stop_propagation`] was called.
    pub stop_propagation: bool,
}

/// An event as it was sent: encoded data, and files of the browser.
#[derive(Debug, Default)]
pub struct RawEvent<'a> {
    /// The encoded [`EventData`].
    pub data: &'a [u8],
    /// The files of the event. The data refers to them by their indexes.
    pub files: Vec<BrowserFile>,
}

/// The data of a kind of events.
///
/// It is encoded as a list of its fields. `view.js` encodes the events of a
/// browser in the same way.
pub trait EventData: Wire {
    /// Replaces the index of each file in the data by the browser's file.
    ///
    /// It returns `None` if there is no file with such an index.
    #[doc(hidden)]
    fn attach(&mut self, files: &[BrowserFile]) -> Option<()> {
        let _ = files;
        Some(())
    }
}

/// Makes a handler that decodes the data of each event.
pub(crate) fn handler<T: EventData>(handle: impl Fn(Event<T>) + MaybeSend + 'static) -> Handler {
    Box::new(move |raw| deliver(raw, &handle))
}

/// Not generic by the handler, because each handler would add code.
fn deliver<T: EventData>(
    raw: RawEvent<'_>,
    handle: &dyn Fn(Event<T>),
) -> Result<Reaction, DecodeError> {
    let event = Event::new(decode::<T>(raw)?);
    let reaction = event.reaction.clone();
    handle(event);
    Ok(reaction.get())
}

fn decode<T: EventData>(raw: RawEvent<'_>) -> Result<T, DecodeError> {
    let mut from = Reader::new(raw.data, &DecodeLimits::default());
    from.charge::<T>(1)?;
    let mut data = T::read(&mut from)?;
    from.end()?;
    match data.attach(&raw.files) {
        Some(()) => Ok(data),
        None => Err(from.invalid(&"the event has no such file")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::{DecodeErrorKind, encode};

    fn send<T: EventData>(handler: &Handler, data: &T) -> Result<Reaction, DecodeError> {
        handler(RawEvent { data: &encode(data).unwrap(), files: Vec::new() })
    }

    #[test]
    fn a_handler_gets_the_data_and_the_browser_its_reaction() {
        let handler = handler(|event: KeyboardEvent| {
            if event.key == Key::Enter {
                event.prevent_default();
            }
            if event.modifiers.ctrl {
                event.clone().stop_propagation();
            }
        });
        let key = |key, ctrl| KeyboardData {
            key,
            modifiers: Modifiers { ctrl, ..Modifiers::default() },
            ..KeyboardData::default()
        };
        let reaction =
            |prevent_default, stop_propagation| Ok(Reaction { prevent_default, stop_propagation });
        assert_eq!(send(&handler, &key(Key::Tab, false)), reaction(false, false));
        assert_eq!(send(&handler, &key(Key::Enter, false)), reaction(true, false));
        assert_eq!(send(&handler, &key(Key::Tab, true)), reaction(false, true));
    }

    #[test]
    fn data_of_another_kind_is_an_error() {
        let handler = handler(|_: MouseEvent| panic!("the handler was called"));
        let error = send(&handler, &KeyboardData::default()).unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::WrongType);
    }

    /// Decodes bytes as each kind of data.
    fn decode_all(bytes: &[u8]) {
        fn one<T: EventData>(bytes: &[u8]) {
            let _ = handler(|event: Event<T>| drop(event))(RawEvent { data: bytes, files: vec![] });
        }
        one::<AnimationData>(bytes);
        one::<ClipboardData>(bytes);
        one::<CompositionData>(bytes);
        one::<DragData>(bytes);
        one::<FocusData>(bytes);
        one::<FormData>(bytes);
        one::<KeyboardData>(bytes);
        one::<MediaData>(bytes);
        one::<MouseData>(bytes);
        one::<PlainData>(bytes);
        one::<PointerData>(bytes);
        one::<ScrollData>(bytes);
        one::<SelectionData>(bytes);
        one::<ToggleData>(bytes);
        one::<TouchData>(bytes);
        one::<TransitionData>(bytes);
        one::<WheelData>(bytes);
    }

    /// Encoded data, some of it changed, so that the tests get beyond the first byte.
    fn nearly_valid() -> impl Strategy<Value = Vec<u8>> {
        let valid = prop::sample::select(vec![
            encode(&DragData::default()).unwrap(),
            encode(&FormData::default()).unwrap(),
            encode(&KeyboardData::default()).unwrap(),
            encode(&TouchData { touches: vec![Touch::default()], ..Default::default() }).unwrap(),
            encode(&WheelData::default()).unwrap(),
        ]);
        let change = (any::<prop::sample::Index>(), any::<u8>());
        (valid, prop::collection::vec(change, 0..4)).prop_map(|(mut bytes, changes)| {
            changes.iter().for_each(|(at, byte)| *at.get_mut(&mut bytes) = *byte);
            bytes
        })
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(
            bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..64), nearly_valid()],
        ) {
            decode_all(&bytes);
        }
    }
}

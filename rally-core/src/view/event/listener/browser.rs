//! The handlers of a view's listeners, in the browser: it has one thread.

use super::{RawEvent, Reaction};
use crate::codec::DecodeError;

/// The handler of a listener. It fails if the data of the event cannot be decoded.
pub type Handler = Box<dyn Fn(RawEvent<'_>) -> Result<Reaction, DecodeError>>;

/// The handler of a listener in a view.
pub(in crate::view) struct Listener(Handler);

impl Listener {
    pub(in crate::view) fn new(handler: Handler) -> Self {
        Self(handler)
    }

    /// Runs the handler.
    pub(in crate::view) fn handle(&self, event: RawEvent<'_>) -> Result<Reaction, DecodeError> {
        (self.0)(event)
    }
}

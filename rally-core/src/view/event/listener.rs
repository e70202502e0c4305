//! The handlers of a view's listeners.

use parking_lot::ReentrantMutex;

use super::{RawEvent, Reaction};
use crate::codec::DecodeError;

/// The handler of a listener. It fails if the data of the event cannot be decoded.
pub type Handler = Box<dyn Fn(RawEvent<'_>) -> Result<Reaction, DecodeError> + Send>;

/// The handler of a listener in a view.
///
/// The lock makes views `Sync`, although a handler need not be, so that several
/// renders can share them. A handler may cause another event while it runs, so
/// the thread may take the lock again.
pub(in crate::view) struct Listener(ReentrantMutex<Handler>);

impl Listener {
    pub(in crate::view) fn new(handler: Handler) -> Self {
        Self(ReentrantMutex::new(handler))
    }

    /// Runs the handler.
    pub(in crate::view) fn handle(&self, event: RawEvent<'_>) -> Result<Reaction, DecodeError> {
        self.0.lock()(event)
    }
}

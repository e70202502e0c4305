//! A part of the app, which is borrowed no longer than it takes to ask it.

use std::cell::RefCell;

/// Owns its state and answers with data. No part knows the app, so that nothing can come back
/// to a part while it is borrowed; what it answers is carried out afterwards.
#[derive(Default)]
pub(super) struct Part<T>(RefCell<T>);

impl<T> Part<T> {
    pub(super) fn new(part: T) -> Self {
        Self(RefCell::new(part))
    }

    /// Asks the part. `ask` gives it what it needs, and does nothing else.
    pub(super) fn with<R>(&self, ask: impl FnOnce(&mut T) -> R) -> R {
        ask(&mut self.0.borrow_mut())
    }
}

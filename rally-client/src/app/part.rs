//! The cell around a part of the app.

use std::cell::RefCell;

/// A part of the app: it owns its state, has no reference to the app, and returns decisions as
/// data. The app carries them out after the borrow has ended, so no part is borrowed twice.
#[derive(Default)]
pub(super) struct Part<T>(RefCell<T>);

impl<T> Part<T> {
    pub(super) fn new(part: T) -> Self {
        Self(RefCell::new(part))
    }

    /// Borrows the part while `f` runs. `f` must not borrow the same part again.
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.borrow_mut())
    }
}

//! The cell around a part of the app.

use std::cell::RefCell;

/// A part of the app, which owns its state and returns its decisions as data.
///
/// A part has no reference to the app, so it cannot be borrowed twice. The app carries out a
/// decision after the borrow has ended.
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

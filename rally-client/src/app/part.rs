//! A cell for the state of one part of the app.

use std::cell::RefCell;

/// A part of the app, such as `Navigation`. A part owns its state, has no reference to the app, and
/// returns its decisions as data. The app executes a decision after the borrow has ended, so no
/// part is borrowed twice at a time.
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

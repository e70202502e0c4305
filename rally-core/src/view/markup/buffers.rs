//! The mode in which views are written as text, and the buffers for the text.

use std::cell::{Cell, RefCell};

/// Number of buffers that a thread keeps for its next renders.
const KEPT_BUFFERS: usize = 16;

/// Capacity in bytes of the largest buffer that a thread keeps.
const LARGEST_KEPT: usize = 64 * 1024;

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
    static BUFFERS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    /// Length of the last text, at most [`LARGEST_KEPT`]: the next one is often similar.
    static LAST_LENGTH: Cell<usize> = const { Cell::new(0) };
}

/// Returns `true` while the views of this thread are written as text.
pub(crate) fn is_writing() -> bool {
    WRITING.get()
}

/// Runs a view in the mode in which its elements are written as text.
pub(super) fn while_writing<R>(view: impl FnOnce() -> R) -> R {
    /// Ends the mode also if the view panics.
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            WRITING.set(self.0);
        }
    }

    let _restore = Restore(WRITING.replace(true));
    recycle(String::with_capacity(LAST_LENGTH.get()));
    view()
}

/// Records the length of a text, for the capacity of the next one.
pub(super) fn written(length: usize) {
    LAST_LENGTH.set(length.min(LARGEST_KEPT));
}

/// Returns an empty buffer if views are to be written as text.
#[inline]
pub(super) fn take() -> Option<String> {
    WRITING.get().then(|| BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default())
}

/// Keeps a buffer for the next text.
pub(super) fn recycle(mut text: String) {
    if text.capacity() <= LARGEST_KEPT {
        text.clear();
        BUFFERS.with_borrow_mut(|buffers| {
            if buffers.len() < KEPT_BUFFERS {
                buffers.push(text);
            }
        });
    }
}

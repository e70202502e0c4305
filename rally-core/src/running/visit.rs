//! The visit that a message belongs to: the number of the page and URL that were shown when its
//! cause began.
//!
//! An answer may arrive when the page has another URL, which may be that of another record. A call
//! that `update` then makes must not belong to the record that is shown by now. So requests, tasks
//! and delays remember the visit in which they began. On the server, the number is always 0.

use std::cell::Cell;

thread_local! {
    /// The number of the visit that is shown.
    static SHOWN: Cell<u32> = const { Cell::new(0) };
    /// The visit of what is being handled. 0 is the one that is shown, also if it changes.
    static HANDLED: Cell<u32> = const { Cell::new(0) };
}

/// Begins a visit. What is being handled has changed the URL, so it belongs to the new visit, unless
/// it began in an older one.
pub fn begin() {
    let (before, next) = (SHOWN.get(), SHOWN.get().wrapping_add(1).max(1));
    SHOWN.set(next);
    if before != 0 && HANDLED.get() == before {
        HANDLED.set(next);
    }
}

/// Returns the number of the visit that is shown.
pub fn shown() -> u32 {
    SHOWN.get()
}

/// Returns the visit of what is being handled.
pub fn handled() -> u32 {
    match HANDLED.get() {
        0 => SHOWN.get(),
        visit => visit,
    }
}

/// Returns the visit of what is being handled, or 0 for the one that is shown.
pub(super) fn of_message() -> u32 {
    HANDLED.get()
}

/// Sets the visit of what is handled next.
pub(crate) fn set(visit: u32) {
    HANDLED.set(visit);
}

/// Sets the visit of what is handled until the returned value is dropped. 0 is the visit that is
/// shown.
#[must_use = "the visit ends when the value is dropped"]
pub fn enter(visit: u32) -> Entered {
    Entered(HANDLED.replace(visit))
}

/// Restores the visit from before [`enter`] when it is dropped.
#[derive(Debug)]
pub struct Entered(u32);

impl Drop for Entered {
    fn drop(&mut self) {
        HANDLED.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_the_url_belongs_to_the_new_visit() {
        begin();
        let first = shown();
        let answer = enter(first);
        begin();
        assert_eq!(handled(), first + 1);
        drop(answer);
        let old = enter(first);
        begin();
        assert_eq!((handled(), shown()), (first, first + 2));
        let event = enter(0);
        begin();
        assert_eq!(handled(), first + 3);
        drop(event);
        assert_eq!(handled(), first);
        drop(old);
        assert_eq!(handled(), first + 3);
    }
}

//! Submits under way: while a form is being answered, it is not submitted again.
//!
//! The listener of a form begins a submit. The runtime takes it, and keeps it with each request that
//! `update` makes for the form. The submit ends when the last one is dropped.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

thread_local! {
    static CONFIRM: Cell<Confirm> = const { Cell::new(|_| true) };
    static SUBMITS: RefCell<Submits> = RefCell::default();
}

/// Asks the visitor a question. Returns `true` if they agree.
pub type Confirm = fn(&str) -> bool;

#[derive(Default)]
struct Submits {
    under_way: Vec<Weak<str>>,
    /// The submit whose message the runtime is going to handle.
    begun: Option<Submit>,
}

/// A submit under way, by the name of its form.
#[derive(Clone)]
pub struct Submit(
    #[expect(dead_code, reason = "its reference count says if the submit is under way")] Rc<str>,
);

/// Begins a submit. Returns `false` if one of this form is under way.
pub(super) fn begin(form: &str) -> bool {
    SUBMITS.with_borrow_mut(|submits| {
        submits.under_way.retain(|other| other.strong_count() > 0);
        let is_same = |other: &Weak<str>| other.upgrade().is_some_and(|other| *other == *form);
        if submits.under_way.iter().any(is_same) {
            return false;
        }
        let form: Rc<str> = form.into();
        submits.under_way.push(Rc::downgrade(&form));
        submits.begun = Some(Submit(form));
        true
    })
}

/// Asks the visitor a question. Returns `true` if they agree, and where nobody can be asked.
pub(super) fn confirm(question: &str) -> bool {
    (CONFIRM.get())(question)
}

/// Sets the function that asks the visitor a question.
pub fn ask_with(confirm: Confirm) {
    CONFIRM.set(confirm);
}

/// Takes the submit that the last event has begun.
pub fn take_begun() -> Option<Submit> {
    SUBMITS.with_borrow_mut(|submits| submits.begun.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_submitted_again_after_the_last_request() {
        assert!(begin("a"));
        let submit = take_begun();
        assert!(take_begun().is_none());
        let request = submit.clone();
        drop(submit);
        assert!(!begin("a") && begin("b"));
        drop(request);
        assert!(begin("a"));
    }
}

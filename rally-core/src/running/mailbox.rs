//! A value, and the queue of messages that change it.

use std::cell::{Ref, RefCell, RefMut};
use std::collections::VecDeque;

use super::Wake;

/// A value that messages change, one at a time and in order.
// The value is the last field, for the same reason as the mailbox in `Program`.
#[repr(C)]
pub(super) struct Mailbox<T, Msg> {
    wake: Wake,
    messages: RefCell<VecDeque<Msg>>,
    value: RefCell<T>,
}

impl<T, Msg> Mailbox<T, Msg> {
    pub(super) fn new(value: T, wake: Wake) -> Self {
        Self { wake, messages: RefCell::default(), value: value.into() }
    }

    /// Queues a message and wakes the runtime, which may handle the message at once.
    pub(super) fn send(&self, msg: Msg) {
        self.queue(msg);
        (self.wake)();
    }

    pub(super) fn queue(&self, msg: Msg) {
        self.messages.borrow_mut().push_back(msg);
    }

    /// Handles the oldest message.
    ///
    /// Returns `None` if no message is queued, or if the value is borrowed, for
    /// example by a view. A message that a view sends while it renders stays
    /// queued.
    pub(super) fn step<R>(&self, update: impl FnOnce(&mut T, Msg) -> R) -> Option<R> {
        let mut value = self.try_change()?;
        let msg = self.messages.borrow_mut().pop_front()?;
        Some(update(&mut value, msg))
    }

    pub(super) fn get(&self) -> Ref<'_, T> {
        self.value.borrow()
    }

    pub(super) fn try_get(&self) -> Option<Ref<'_, T>> {
        self.value.try_borrow().ok()
    }

    pub(super) fn try_change(&self) -> Option<RefMut<'_, T>> {
        self.value.try_borrow_mut().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;
    use crate::running::no_wake;

    #[test]
    fn messages_are_handled_in_order() {
        let mailbox = Mailbox::new(Vec::new(), no_wake());
        mailbox.send(1);
        mailbox.queue(2);
        while mailbox.step(Vec::push).is_some() {}
        assert_eq!(*mailbox.get(), [1, 2]);
    }

    #[test]
    fn a_message_waits_while_the_value_is_in_use() {
        let mailbox = Mailbox::new(0, no_wake());
        let held = mailbox.get();
        mailbox.send(7);
        assert_eq!(mailbox.step(|_, msg| msg), None);
        drop(held);
        assert_eq!(mailbox.step(|_, msg| msg), Some(7));
    }

    #[test]
    fn sending_wakes_the_runtime_after_the_message_was_queued() {
        let woken = Rc::new(Cell::new(0));
        let count = woken.clone();
        let mailbox = Mailbox::new((), Rc::new(move || count.set(count.get() + 1)));
        mailbox.queue(1);
        assert_eq!(woken.get(), 0);
        mailbox.send(2);
        assert_eq!(woken.get(), 1);
    }
}

//! A value, and the queue of messages that change it.

use std::cell::{Ref, RefCell, RefMut};
use std::sync::Arc;

use super::Signal;
use super::inbox::Inbox;
use crate::effect::{Actions, Effect};

/// A value that messages change, one at a time and in order.
// The value is the last field, for the same reason as the mailbox in `Program`.
#[repr(C)]
pub(super) struct Mailbox<T> {
    inbox: Arc<Inbox>,
    value: RefCell<T>,
}

impl<T> Mailbox<T> {
    pub(super) fn new(value: T, signal: Signal) -> Self {
        Self { inbox: Arc::new(Inbox::new(signal)), value: value.into() }
    }

    /// Returns the queue. Unlike the value, it may be used on any thread.
    pub(super) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// Handles the oldest message.
    ///
    /// Returns `None` if no message is queued, or if the value is borrowed, for
    /// example by a view. A message that a view sends while it renders stays
    /// queued.
    pub(super) fn step<Msg: 'static, R>(&self, update: impl FnOnce(&mut T, Msg) -> R) -> Option<R> {
        let mut value = self.try_change()?;
        let msg = self.inbox.pop()?;
        Some(update(&mut value, msg))
    }

    /// Returns the actions of an effect. Their callbacks queue the messages.
    pub(super) fn queue<Msg: Send + 'static>(&self, effect: Effect<Msg>) -> Actions {
        effect.queued(&self.inbox)
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
    use super::*;

    #[test]
    fn messages_are_handled_in_order() {
        let mailbox = Mailbox::new(Vec::new(), Signal::default());
        mailbox.inbox().send(Box::new(1));
        mailbox.inbox().send(Box::new(2));
        while mailbox.step(Vec::<i32>::push).is_some() {}
        assert_eq!(*mailbox.get(), [1, 2]);
    }

    #[test]
    fn a_message_waits_while_the_value_is_in_use() {
        let mailbox = Mailbox::new(0, Signal::default());
        let held = mailbox.get();
        mailbox.inbox().send(Box::new(7));
        assert_eq!(mailbox.step(|_, msg: i32| msg), None);
        drop(held);
        assert_eq!(mailbox.step(|_, msg: i32| msg), Some(7));
    }
}

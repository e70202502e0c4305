//! The queue of messages of a program.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Signal;
use crate::dispatch::AnyMessage;
use crate::dispatch::table::{Mapping, Mappings, Receiver, convert};
use crate::view::scope::UsedMappings;

/// A queue of messages. Any thread may send.
pub(crate) struct Inbox<Msg> {
    messages: Mutex<VecDeque<Msg>>,
    mappings: Mutex<Mappings>,
    signal: Signal,
}

impl<Msg> Inbox<Msg> {
    pub(super) fn new(signal: Signal) -> Self {
        Self { messages: Mutex::default(), mappings: Mutex::default(), signal }
    }

    /// Queues a message, and signals the runtime.
    pub(crate) fn send(&self, msg: Msg) {
        self.messages().push_back(msg);
        self.signal.raise();
    }

    /// Removes and returns the oldest message.
    pub(super) fn pop(&self) -> Option<Msg> {
        self.messages().pop_front()
    }

    fn mappings(&self) -> MutexGuard<'_, Mappings> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn messages(&self) -> MutexGuard<'_, VecDeque<Msg>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Msg: Send + 'static> Receiver for Inbox<Msg> {
    fn receive(&self, mapping: u32, message: AnyMessage) {
        // The app's code runs without a lock.
        let Some(chain) = self.mappings().chain(mapping) else { return };
        let message = convert(&chain, message).and_then(|message| message.downcast::<Msg>().ok());
        if let Some(message) = message {
            self.send(*message);
        }
    }

    fn add_mapping(&self, mapping: Mapping) -> u32 {
        self.mappings().add(mapping)
    }

    fn keep_mappings(&self, used: &UsedMappings) {
        let used = used.sorted();
        // The lock ends before the forgotten mappings are dropped.
        let _forgotten = self.mappings().keep(&used);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_message_is_queued_before_the_signal_is_raised() {
        let signal = Signal::default();
        let inbox = Inbox::new(signal.clone());
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(pin!(signal.raised()).poll(cx).is_pending());
        inbox.send(1);
        assert!(pin!(signal.raised()).poll(cx).is_ready());
        assert_eq!(inbox.pop(), Some(1));
    }

    #[test]
    fn any_thread_may_use_the_queue_of_messages_that_are_send() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Inbox<Cell<u8>>>();
    }
}

//! The queue of messages of a program.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Signal, visit};
use crate::dispatch::AnyMessage;
use crate::dispatch::mappings::{AnyMappings, Mapping, Mappings};
use crate::view::scope::UsedMappings;

/// A queue of messages. Any thread may send.
///
/// The messages have no type, so that a browser has this code once, and not for each page.
pub(crate) struct Inbox {
    /// Each with its visit.
    messages: Mutex<VecDeque<(u32, AnyMessage)>>,
    /// `None` until `Dispatch::map` is called: an app that never calls it has no code of mappings.
    mappings: Mutex<Option<Box<dyn AnyMappings>>>,
    signal: Signal,
}

impl Inbox {
    pub(super) fn new(signal: Signal) -> Self {
        Self { messages: Mutex::default(), mappings: Mutex::default(), signal }
    }

    /// Queues a message, and signals the runtime.
    pub(crate) fn send(&self, message: AnyMessage) {
        self.messages().push_back((visit::of_message(), message));
        self.signal.raise();
    }

    /// Queues a message after it was converted by a mapping.
    pub(crate) fn receive(&self, mapping: u32, message: AnyMessage) {
        if mapping == 0 {
            return self.send(message);
        }
        let chain = self.mappings().as_ref().and_then(|mappings| mappings.chain(mapping));
        // The app's code runs without a lock.
        if let Some(message) = chain.and_then(|chain| chain(message)) {
            self.send(message);
        }
    }

    /// Adds a mapping and returns its number.
    pub(crate) fn add_mapping(&self, mapping: Mapping) -> u32 {
        self.mappings().get_or_insert_with(|| Box::<Mappings>::default()).add(mapping)
    }

    /// Forgets the mappings that are not used any more.
    pub(super) fn keep_mappings(&self, used: &UsedMappings) {
        // The lock ends before the forgotten mappings are dropped.
        let _forgotten = self.mappings().as_mut().map(|mappings| mappings.keep(used));
    }

    /// Removes and returns the oldest message of the type that the program handles. What follows
    /// belongs to the visit of the message.
    pub(super) fn pop<Msg: 'static>(&self) -> Option<Msg> {
        loop {
            let (visit, message) = self.messages().pop_front()?;
            if let Ok(msg) = message.downcast() {
                visit::set(visit);
                return Some(*msg);
            }
        }
    }

    fn mappings(&self) -> MutexGuard<'_, Option<Box<dyn AnyMappings>>> {
        self.mappings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn messages(&self) -> MutexGuard<'_, VecDeque<(u32, AnyMessage)>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_message_is_queued_before_the_signal_is_raised() {
        let signal = Signal::default();
        let inbox = Inbox::new(signal.clone());
        let cx = &mut Context::from_waker(Waker::noop());
        assert!(pin!(signal.raised()).poll(cx).is_pending());
        inbox.send(Box::new(1));
        assert!(pin!(signal.raised()).poll(cx).is_ready());
        assert_eq!(inbox.pop(), Some(1));
    }

    #[test]
    fn messages_of_another_type_are_dropped() {
        let inbox = Inbox::new(Signal::default());
        inbox.send(Box::new("a"));
        inbox.send(Box::new(1));
        assert_eq!((inbox.pop(), inbox.pop::<i32>()), (Some(1), None));
    }

    #[test]
    fn any_thread_may_use_the_queue() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Inbox>();
    }
}

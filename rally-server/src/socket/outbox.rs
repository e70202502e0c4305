//! The outbox of one socket: a queue of outgoing frames.
//!
//! The connection sends all queued frames before it reads the next message.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use bytes::Bytes;

use super::in_flight::CompletedRequest;

pub(super) enum Outgoing {
    Completed(CompletedRequest),
    Frame(Bytes),
    /// Flushes the WebSocket, which has already buffered a pong.
    Flush,
}

pub(super) struct Outbox {
    waiting: VecDeque<Outgoing>,
    capacity: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct OutboxFull;

impl Outbox {
    pub(super) fn new(capacity: usize) -> Self {
        Self { waiting: VecDeque::new(), capacity }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn push(&mut self, outgoing: Outgoing) -> Result<(), OutboxFull> {
        if self.waiting.len() == self.capacity {
            return Err(OutboxFull);
        }
        self.waiting.push_back(outgoing);
        Ok(())
    }

    /// Returns the oldest item. Waits while the outbox is empty. Cancel safe.
    ///
    /// `push` does not wake this future. Only the connection calls `push`, and it polls this
    /// future afterwards.
    pub(super) async fn next(&mut self) -> Outgoing {
        poll_fn(|_| self.waiting.pop_front().map_or(Poll::Pending, Poll::Ready)).await
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn frame(number: u8) -> Outgoing {
        Outgoing::Frame(Bytes::copy_from_slice(&[number]))
    }

    fn next(outbox: &mut Outbox) -> Option<u8> {
        match outbox.next().now_or_never()? {
            Outgoing::Frame(bytes) => Some(bytes[0]),
            Outgoing::Completed(_) | Outgoing::Flush => panic!("expected a frame"),
        }
    }

    #[test]
    fn the_oldest_item_is_sent_first() {
        let mut outbox = Outbox::new(3);
        assert_eq!(next(&mut outbox), None);
        for number in [1, 2] {
            outbox.push(frame(number)).unwrap();
        }
        assert_eq!((next(&mut outbox), outbox.len()), (Some(1), 1));
        outbox.push(frame(3)).unwrap();
        assert_eq!([next(&mut outbox), next(&mut outbox)], [Some(2), Some(3)]);
        assert_eq!(next(&mut outbox), None);
    }

    #[test]
    fn a_full_outbox_refuses_items_until_one_is_sent() {
        let mut outbox = Outbox::new(2);
        assert_eq!(outbox.push(frame(1)), Ok(()));
        assert_eq!(outbox.push(Outgoing::Flush), Ok(()));
        assert_eq!((outbox.push(frame(3)), outbox.len()), (Err(OutboxFull), 2));
        assert_eq!(next(&mut outbox), Some(1));
        assert_eq!(outbox.push(frame(4)), Ok(()));
    }
}

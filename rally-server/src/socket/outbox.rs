//! The outbox of one socket: everything that waits to be sent, oldest first.
//! The connection sends all of it before it reads on.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::task::Poll;

use bytes::Bytes;

use super::in_flight::CompletedRequest;

/// One thing that waits to be sent.
pub(super) enum Outgoing {
    /// The answer to a request.
    Completed(CompletedRequest),
    /// A whole frame.
    Frame(Bytes),
    /// Something that the WebSocket itself has written already: a pong.
    Flush,
}

/// Holds a bounded number of things.
pub(super) struct Outbox {
    waiting: VecDeque<Outgoing>,
    capacity: usize,
}

/// The outbox is full: the client reads more slowly than it is sent to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Outbox {
    pub(super) fn new(capacity: usize) -> Self {
        Self { waiting: VecDeque::new(), capacity }
    }

    /// How many things wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Puts something behind everything else.
    ///
    /// # Errors
    ///
    /// When the outbox is full.
    pub(super) fn push(&mut self, outgoing: Outgoing) -> Result<(), Full> {
        if self.waiting.len() == self.capacity {
            return Err(Full);
        }
        self.waiting.push_back(outgoing);
        Ok(())
    }

    /// Takes the oldest thing. Waits while there is none: so far only the connection
    /// itself puts something in, so nothing has to wake it. May be dropped.
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
            Outgoing::Completed(_) | Outgoing::Flush => panic!("a frame was put in"),
        }
    }

    #[test]
    fn the_oldest_is_sent_first() {
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
    fn a_full_outbox_takes_nothing_until_something_is_sent() {
        let mut outbox = Outbox::new(2);
        assert_eq!(outbox.push(frame(1)), Ok(()));
        assert_eq!(outbox.push(Outgoing::Flush), Ok(()));
        assert_eq!((outbox.push(frame(3)), outbox.len()), (Err(Full), 2));
        assert_eq!(next(&mut outbox), Some(1));
        assert_eq!(outbox.push(frame(4)), Ok(()));
    }
}

//! A value that one task sends to another, once.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Returns both ends.
pub fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let state = Rc::new(RefCell::new(State { value: None, is_closed: false, waker: None }));
    (Sender(state.clone()), Receiver(state))
}

/// The end that sends the value.
pub struct Sender<T>(Rc<RefCell<State<T>>>);

/// The end that waits for the value: a future of `Some(value)`, or of `None` if the sender was
/// dropped.
pub struct Receiver<T>(Rc<RefCell<State<T>>>);

struct State<T> {
    value: Option<T>,
    is_closed: bool,
    waker: Option<Waker>,
}

impl<T> Sender<T> {
    /// Sends the value.
    pub fn send(self, value: T) {
        self.0.borrow_mut().value = Some(value);
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let waker = {
            let state = &mut *self.0.borrow_mut();
            state.is_closed = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let state = &mut *self.0.borrow_mut();
        if state.is_closed {
            return Poll::Ready(state.value.take());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    use super::*;

    /// Notes that it was woken.
    #[derive(Default)]
    struct Note(AtomicBool);

    impl Wake for Note {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn poll(receiver: &mut Receiver<u8>) -> Poll<Option<u8>> {
        Pin::new(receiver).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_sent_value_arrives() {
        let (sender, mut receiver) = oneshot();
        assert_eq!(poll(&mut receiver), Poll::Pending);
        sender.send(7);
        assert_eq!(poll(&mut receiver), Poll::Ready(Some(7)));
    }

    #[test]
    fn a_dropped_sender_ends_the_receiver() {
        let (sender, mut receiver) = oneshot();
        drop(sender);
        assert_eq!(poll(&mut receiver), Poll::Ready(None));
    }

    #[test]
    fn sending_wakes_the_receiver() {
        let (sender, mut receiver) = oneshot::<u8>();
        let note = Arc::new(Note::default());
        let waker = Waker::from(note.clone());
        assert!(Pin::new(&mut receiver).poll(&mut Context::from_waker(&waker)).is_pending());
        assert!(!note.0.load(Ordering::Relaxed));
        sender.send(7);
        assert!(note.0.load(Ordering::Relaxed));
    }
}

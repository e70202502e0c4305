//! The conversion of the items of a stream. `StreamExt::map` is in another crate.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// A stream whose items are converted by a function.
pub(super) struct Mapped<S: ?Sized, F> {
    pub(super) stream: Pin<Box<S>>,
    pub(super) to: F,
}

// The stream is pinned in its own box, so `Mapped` may move.
impl<S: ?Sized, F> Unpin for Mapped<S, F> {}

impl<S: Stream + ?Sized, To, F: FnMut(S::Item) -> To> Stream for Mapped<S, F> {
    type Item = To;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<To>> {
        let item = self.stream.as_mut().poll_next(cx);
        item.map(|item| item.map(&mut self.to))
    }
}

//! Requests in flight on one socket.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rally_core::frame::RequestId;

use crate::calls::request_outcome::RequestOutcome;

/// What a request came to, and which one it was.
pub(super) type CompletedRequest = (RequestId, RequestOutcome);

/// A request that runs.
pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) running: ResponseFuture,
}

/// Comes to an answer.
pub(super) type ResponseFuture = Pin<Box<dyn Future<Output = RequestOutcome> + Send>>;

impl Future for Request {
    type Output = CompletedRequest;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<CompletedRequest> {
        let answered = ready!(self.running.as_mut().poll(cx));
        Poll::Ready((self.id, answered))
    }
}

#[derive(Default)]
pub(super) struct InFlight(FuturesUnordered<Request>);

impl InFlight {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Begins a request. One that has nothing to wait for is answered here, as
    /// most are, and needs no place among the others.
    pub(super) fn begin(&mut self, mut request: Request) -> Option<CompletedRequest> {
        let answer = (&mut request).now_or_never();
        if answer.is_none() {
            self.0.push(request);
        }
        answer
    }

    /// The next answer; `None` when nothing is in flight. May be dropped.
    pub(super) async fn next(&mut self) -> Option<CompletedRequest> {
        self.0.next().await
    }

    /// Goes on with all of them until something else is done, and hands over
    /// their answers: a client that does not read must not keep what their
    /// handlers hold.
    pub(super) async fn beside<T>(
        &mut self,
        mut answered: impl FnMut(CompletedRequest),
        other: impl Future<Output = T>,
    ) -> T {
        let mut other = pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                Some(answer) = self.0.next() => answered(answer),
            }
        }
    }

    /// Runs all of them to their end, with nobody to answer.
    pub(super) async fn finish(mut self) {
        while self.0.next().await.is_some() {}
    }
}

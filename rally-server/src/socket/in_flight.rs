//! Requests in flight on one socket.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rally_core::frame::RequestId;

use crate::calls::request_outcome::RequestOutcome;

pub(super) type CompletedRequest = (RequestId, RequestOutcome);

pub(super) struct Request {
    pub(super) id: RequestId,
    pub(super) running: ResponseFuture,
}

pub(super) type ResponseFuture = BoxFuture<'static, RequestOutcome>;

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
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Starts a request. If the request completes at once, it is returned and not added.
    pub(super) fn begin(&mut self, mut request: Request) -> Option<CompletedRequest> {
        let answer = (&mut request).now_or_never();
        if answer.is_none() {
            self.0.push(request);
        }
        answer
    }

    /// Waits for the next completed request. Returns `None` if no request is in flight. Cancel
    /// safe.
    pub(super) async fn next(&mut self) -> Option<CompletedRequest> {
        self.0.next().await
    }

    /// Drives the requests until `other`, the sending of a frame, is done. While a slow client
    /// delays the frame, handlers can still finish and release their resources.
    pub(super) async fn drive_until<T>(
        &mut self,
        mut completed: impl FnMut(CompletedRequest),
        other: impl Future<Output = T>,
    ) -> T {
        let mut other = pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                Some(answer) = self.0.next() => completed(answer),
            }
        }
    }

    pub(super) async fn finish(mut self) {
        while self.0.next().await.is_some() {}
    }
}

//! Requests under way on one socket, and those whose answer waits to be sent.

use std::collections::VecDeque;
use std::pin::{Pin, pin};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use rally_core::frame::RequestId;

use crate::calls::dispatch::Answered;

/// What a request came to, and which one it was.
pub(super) type Answer = (RequestId, Answered);

/// A request that runs.
pub(super) type Request = Pin<Box<dyn Future<Output = Answer> + Send>>;

#[derive(Default)]
pub(super) struct Requests {
    under_way: FuturesUnordered<Request>,
    answered: VecDeque<Answer>,
}

impl Requests {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.under_way.len() + self.answered.len()
    }

    /// Begins a request. One that has nothing to wait for is answered here, as
    /// most are, and needs no place among the others.
    pub(super) fn begin(&mut self, mut request: Request) -> Option<Answer> {
        let answer = (&mut request).now_or_never();
        if answer.is_none() {
            self.under_way.push(request);
        }
        answer
    }

    /// The next answer; `None` when nothing is under way. May be dropped.
    pub(super) async fn next(&mut self) -> Option<Answer> {
        match self.answered.pop_front() {
            None => self.under_way.next().await,
            answer => answer,
        }
    }

    /// Goes on with all of them until something else is done: a client that does
    /// not read must not keep what their handlers hold.
    pub(super) async fn beside<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return done,
                Some(answer) = self.under_way.next() => self.answered.push_back(answer),
            }
        }
    }

    /// Runs all of them to their end, with nobody to answer.
    pub(super) async fn finish(mut self) {
        while self.under_way.next().await.is_some() {}
    }
}

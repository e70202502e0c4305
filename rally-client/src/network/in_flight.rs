//! The requests in flight, with their waiters and deadlines. No I/O.

use std::time::Duration;

use rally_core::frame::RequestId;

/// Maximum time until the reply, counted from when the request was queued.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The number of a program. When the program ends, its requests are cancelled.
pub type Owner = u64;

/// The owner number of navigations, which belong to no program.
pub const NO_OWNER: Owner = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClose {
    /// If the connection is lost after the request was sent, the request fails, because the server
    /// may have handled it already.
    Fail,
    /// If the connection is lost after the request was sent, the request is sent again on the next
    /// connection, because the request only reads data.
    Resend,
}

/// The requests in flight. Each has a waiter of type `W`, which waits for the reply. The methods
/// return waiters to their caller, and do not call or drop them, because both may run code of the
/// app. Times are durations since any fixed moment, so that tests need no clock.
pub struct InFlight<W> {
    last_id: RequestId,
    /// Oldest first. At most a few dozen are in flight, so a search may look at all of them.
    waiting: Vec<Waiting<W>>,
}

struct Waiting<W> {
    id: RequestId,
    frame: Vec<u8>,
    sent: bool,
    on_close: OnClose,
    owner: Owner,
    deadline: Duration,
    waiter: W,
}

impl<W> Default for InFlight<W> {
    fn default() -> Self {
        Self { last_id: 0, waiting: Vec::new() }
    }
}

impl<W> InFlight<W> {
    pub fn start(
        &mut self,
        owner: Owner,
        on_close: OnClose,
        now: Duration,
        frame: impl FnOnce(RequestId) -> Vec<u8>,
        waiter: W,
    ) -> RequestId {
        let id = self.next_id();
        let deadline = now + TIMEOUT;
        let frame = frame(id);
        self.waiting.push(Waiting { id, frame, sent: false, on_close, owner, deadline, waiter });
        id
    }

    pub fn take_unsent(&mut self) -> Vec<Vec<u8>> {
        let unsent = self.waiting.iter_mut().filter(|request| !request.sent);
        let frames = unsent.map(|request| {
            request.sent = true;
            match request.on_close {
                OnClose::Fail => std::mem::take(&mut request.frame),
                OnClose::Resend => request.frame.clone(),
            }
        });
        frames.collect()
    }

    pub fn complete(&mut self, id: RequestId) -> Option<W> {
        let place = self.waiting.iter().position(|request| request.id == id)?;
        Some(self.waiting.remove(place).waiter)
    }

    pub fn disconnected(&mut self) -> Vec<W> {
        for request in &mut self.waiting {
            request.sent &= request.on_close == OnClose::Fail;
        }
        self.remove_where(&|request| request.sent)
    }

    /// Removes only one expired request, because its waiter may cancel others.
    pub fn expire(&mut self, now: Duration) -> Option<W> {
        let place = self.waiting.iter().position(|request| request.deadline <= now)?;
        Some(self.waiting.remove(place).waiter)
    }

    pub fn cancel_all(&mut self, owner: Owner) -> Vec<W> {
        self.remove_where(&|request| request.owner == owner)
    }

    pub fn waiters(&mut self) -> impl Iterator<Item = &mut W> {
        self.waiting.iter_mut().map(|request| &mut request.waiter)
    }

    fn remove_where(&mut self, predicate: &dyn Fn(&Waiting<W>) -> bool) -> Vec<W> {
        let removed = self.waiting.extract_if(.., |request| predicate(request));
        removed.map(|request| request.waiter).collect()
    }

    pub fn would_lose_calls(&self) -> bool {
        self.waiting.iter().any(|request| request.sent && request.on_close == OnClose::Fail)
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub fn next_deadline(&self) -> Option<Duration> {
        self.waiting.iter().map(|request| request.deadline).min()
    }

    /// Returns the next id. Ids count up from 1, and start again at 1 after `u32::MAX`. Ids in
    /// flight are skipped.
    pub fn next_id(&mut self) -> RequestId {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            if self.last_id != 0 && self.waiting.iter().all(|request| request.id != self.last_id) {
                return self.last_id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use rally_core::call::Outcome;

    use super::*;

    type Continuation = Box<dyn FnOnce(Outcome)>;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Fixture {
        calls: InFlight<Continuation>,
        ended: Rc<RefCell<Vec<(RequestId, Outcome)>>>,
    }

    impl Fixture {
        fn start(&mut self, owner: Owner, on_close: OnClose, now: Duration) -> RequestId {
            let ended = self.ended.clone();
            let id = self.calls.last_id + 1;
            let then = Box::new(move |outcome| ended.borrow_mut().push((id, outcome)));
            self.calls.start(owner, on_close, now, |id| vec![id as u8], then)
        }

        fn end(&self, waiters: Vec<Continuation>, outcome: &Outcome) -> Vec<RequestId> {
            waiters.into_iter().for_each(|then| then(outcome.clone()));
            self.ended.borrow_mut().drain(..).map(|(id, _)| id).collect()
        }
    }

    #[test]
    fn replies_complete_their_requests_in_any_order_and_only_once() {
        let mut fixture = Fixture::default();
        let first = fixture.start(1, OnClose::Fail, SECOND);
        let second = fixture.start(1, OnClose::Fail, SECOND);
        assert_eq!((first, second), (1, 2));
        assert!(fixture.calls.complete(second).is_some());
        assert!(fixture.calls.complete(second).is_none());
        assert!(fixture.calls.complete(first).is_some());
        assert!(fixture.calls.complete(99).is_none());
    }

    #[test]
    fn requests_are_queued_until_they_can_be_sent_and_sent_once() {
        let mut fixture = Fixture::default();
        fixture.start(1, OnClose::Fail, SECOND);
        fixture.start(1, OnClose::Resend, SECOND);
        assert_eq!(fixture.calls.take_unsent(), [[1], [2]]);
        assert_eq!(fixture.calls.take_unsent(), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_lost_connection_fails_sent_calls_and_keeps_queued_calls() {
        let mut fixture = Fixture::default();
        let sent = fixture.start(1, OnClose::Fail, SECOND);
        let resent = fixture.start(1, OnClose::Resend, SECOND);
        assert!(!fixture.calls.would_lose_calls());
        fixture.calls.take_unsent();
        let queued = fixture.start(1, OnClose::Fail, SECOND);
        assert!(fixture.calls.would_lose_calls());
        let failed = fixture.calls.disconnected();
        assert!(!fixture.calls.would_lose_calls());
        assert_eq!(fixture.end(failed, &Outcome::Offline), [sent]);
        assert_eq!(fixture.calls.take_unsent(), [[resent as u8], [queued as u8]]);
    }

    #[test]
    fn a_deadline_counts_from_when_the_request_was_queued() {
        let mut fixture = Fixture::default();
        let early = fixture.start(1, OnClose::Fail, SECOND);
        let late = fixture.start(1, OnClose::Resend, SECOND * 2);
        assert_eq!(fixture.calls.next_deadline(), Some(SECOND + TIMEOUT));
        assert!(fixture.calls.expire(TIMEOUT).is_none());
        let expired = fixture.calls.expire(SECOND + TIMEOUT);
        assert_eq!(fixture.end(expired.into_iter().collect(), &Outcome::TimedOut), [early]);
        let expired = fixture.calls.expire(SECOND * 2 + TIMEOUT);
        assert_eq!(fixture.end(expired.into_iter().collect(), &Outcome::TimedOut), [late]);
        assert_eq!(fixture.calls.next_deadline(), None);
    }

    #[test]
    fn leaving_a_page_cancels_its_requests_and_no_others() {
        let mut fixture = Fixture::default();
        assert!(fixture.calls.is_empty());
        let cancelled = fixture.start(1, OnClose::Fail, SECOND);
        let kept = fixture.start(2, OnClose::Fail, SECOND);
        fixture.calls.cancel_all(1);
        assert!(fixture.calls.complete(cancelled).is_none());
        assert!(!fixture.calls.is_empty());
        assert!(fixture.calls.complete(kept).is_some());
        assert!(fixture.calls.is_empty());
    }

    #[test]
    fn ids_wrap_around_without_0_and_without_ids_in_flight() {
        let mut fixture = Fixture::default();
        fixture.start(1, OnClose::Fail, SECOND);
        fixture.calls.last_id = RequestId::MAX;
        let id = fixture.calls.start(1, OnClose::Fail, SECOND, |_| Vec::new(), Box::new(|_| {}));
        assert_eq!(id, 2);
    }
}

//! Requests in flight: what was asked, who waits, until when. No I/O.

use std::collections::BTreeMap;
use std::time::Duration;

use rally_core::frame::RequestId;

/// How long a request may take, from when it was asked for.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The page a request belongs to, as a number; it is cancelled with it.
pub type Owner = u64;

/// The owner of requests that belong to no page: navigations.
pub const NO_PAGE: Owner = 0;

/// The fate of a request that was sent when the connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClose {
    /// End it: whether the server acted on it is not known.
    Fail,
    /// Ask again once connected: it only reads.
    AskAgain,
}

/// The requests that have no reply yet, and for each the `W` that waits for it. A `W` is
/// always handed back, never called or dropped in here: both may run code of the app.
///
/// Time is given in as the time since any fixed start, so that tests need no
/// clock.
pub struct InFlight<W> {
    last_id: RequestId,
    waiting: BTreeMap<RequestId, Waiting<W>>,
}

struct Waiting<W> {
    frame: Vec<u8>,
    sent: bool,
    on_close: OnClose,
    owner: Owner,
    deadline: Duration,
    waiter: W,
}

impl<W> Default for InFlight<W> {
    fn default() -> Self {
        Self { last_id: 0, waiting: BTreeMap::new() }
    }
}

impl<W> InFlight<W> {
    /// Takes a request in, to be sent when the connection allows.
    ///
    /// `frame` is given the request's id and writes its bytes.
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
        let request = Waiting { frame: frame(id), sent: false, on_close, owner, deadline, waiter };
        self.waiting.insert(id, request);
        id
    }

    /// The frames to send now, oldest first.
    pub fn take_unsent(&mut self) -> Vec<Vec<u8>> {
        let unsent = self.waiting.values_mut().filter(|request| !request.sent);
        let frames = unsent.map(|request| {
            request.sent = true;
            match request.on_close {
                OnClose::Fail => std::mem::take(&mut request.frame),
                OnClose::AskAgain => request.frame.clone(),
            }
        });
        frames.collect()
    }

    /// A reply came: who waited for it. `None` for an id that nobody waits
    /// for any more, whose reply is dropped.
    pub fn complete(&mut self, id: RequestId) -> Option<W> {
        Some(self.waiting.remove(&id)?.waiter)
    }

    /// The connection was lost: who has to be told so.
    pub fn disconnected(&mut self) -> Vec<W> {
        for request in self.waiting.values_mut() {
            request.sent &= request.on_close == OnClose::Fail;
        }
        self.end(&|request| request.sent)
    }

    /// Time has passed: one whose deadline it was, until there is none. One at
    /// a time, for what it does may cancel the next.
    pub fn expire(&mut self, now: Duration) -> Option<W> {
        let (id, _) = self.waiting.iter().find(|(_, request)| request.deadline <= now)?;
        self.complete(*id)
    }

    /// Forgets every request of a page that is left: who waited.
    pub fn cancel_all(&mut self, owner: Owner) -> Vec<W> {
        self.end(&|request| request.owner == owner)
    }

    fn end(&mut self, which: &dyn Fn(&Waiting<W>) -> bool) -> Vec<W> {
        let ended = self.waiting.extract_if(.., |_, request| which(request));
        ended.map(|(_, request)| request.waiter).collect()
    }

    /// Whether one is under way that is lost with the connection.
    pub fn would_lose(&self) -> bool {
        self.waiting.values().any(|request| request.sent && request.on_close == OnClose::Fail)
    }

    /// Whether no request waits for its reply.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When [`Self::expire`] has something to do.
    pub fn next_deadline(&self) -> Option<Duration> {
        self.waiting.values().map(|request| request.deadline).min()
    }

    /// The id of the next request. Counts up from 1; after four thousand million
    /// it begins anew, past those that still wait.
    pub fn next_id(&mut self) -> RequestId {
        loop {
            self.last_id = self.last_id.wrapping_add(1);
            if self.last_id != 0 && !self.waiting.contains_key(&self.last_id) {
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
    use rally_core::effect::Then;

    use super::*;

    type Continuation = Then<Outcome, ()>;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Bench {
        calls: InFlight<Continuation>,
        ended: Rc<RefCell<Vec<(RequestId, Outcome)>>>,
    }

    impl Bench {
        fn start(&mut self, owner: Owner, on_close: OnClose, now: Duration) -> RequestId {
            let ended = self.ended.clone();
            let id = self.calls.last_id + 1;
            let then = Box::new(move |outcome| ended.borrow_mut().push((id, outcome)));
            self.calls.start(owner, on_close, now, |id| vec![id as u8], then)
        }

        fn end(&self, who: Vec<Continuation>, outcome: &Outcome) -> Vec<RequestId> {
            who.into_iter().for_each(|then| then(outcome.clone()));
            self.ended.borrow_mut().drain(..).map(|(id, _)| id).collect()
        }
    }

    #[test]
    fn replies_find_their_request_in_any_order_and_only_once() {
        let mut bench = Bench::default();
        let first = bench.start(1, OnClose::Fail, SECOND);
        let second = bench.start(1, OnClose::Fail, SECOND);
        assert_eq!((first, second), (1, 2));
        assert!(bench.calls.complete(second).is_some());
        assert!(bench.calls.complete(second).is_none());
        assert!(bench.calls.complete(first).is_some());
        assert!(bench.calls.complete(99).is_none());
    }

    #[test]
    fn requests_are_queued_until_they_can_be_sent_and_sent_once() {
        let mut bench = Bench::default();
        bench.start(1, OnClose::Fail, SECOND);
        bench.start(1, OnClose::AskAgain, SECOND);
        assert_eq!(bench.calls.take_unsent(), [[1], [2]]);
        assert_eq!(bench.calls.take_unsent(), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_lost_connection_ends_what_was_sent_and_keeps_what_was_not() {
        let mut bench = Bench::default();
        let sent = bench.start(1, OnClose::Fail, SECOND);
        let asked_again = bench.start(1, OnClose::AskAgain, SECOND);
        assert!(!bench.calls.would_lose());
        bench.calls.take_unsent();
        let queued = bench.start(1, OnClose::Fail, SECOND);
        assert!(bench.calls.would_lose());
        let told = bench.calls.disconnected();
        assert!(!bench.calls.would_lose());
        assert_eq!(bench.end(told, &Outcome::Offline), [sent]);
        assert_eq!(bench.calls.take_unsent(), [[asked_again as u8], [queued as u8]]);
    }

    #[test]
    fn a_deadline_counts_from_the_asking() {
        let mut bench = Bench::default();
        let early = bench.start(1, OnClose::Fail, SECOND);
        let late = bench.start(1, OnClose::AskAgain, SECOND * 2);
        assert_eq!(bench.calls.next_deadline(), Some(SECOND + TIMEOUT));
        assert!(bench.calls.expire(TIMEOUT).is_none());
        let told = bench.calls.expire(SECOND + TIMEOUT);
        assert_eq!(bench.end(told.into_iter().collect(), &Outcome::TimedOut), [early]);
        let told = bench.calls.expire(SECOND * 2 + TIMEOUT);
        assert_eq!(bench.end(told.into_iter().collect(), &Outcome::TimedOut), [late]);
        assert_eq!(bench.calls.next_deadline(), None);
    }

    #[test]
    fn leaving_a_page_cancels_its_requests_and_no_others() {
        let mut bench = Bench::default();
        assert!(bench.calls.is_empty());
        let left = bench.start(1, OnClose::Fail, SECOND);
        let stays = bench.start(2, OnClose::Fail, SECOND);
        bench.calls.cancel_all(1);
        assert!(bench.calls.complete(left).is_none());
        assert!(!bench.calls.is_empty());
        assert!(bench.calls.complete(stays).is_some());
        assert!(bench.calls.is_empty());
    }

    #[test]
    fn ids_begin_anew_without_0_and_without_those_in_use() {
        let mut bench = Bench::default();
        bench.start(1, OnClose::Fail, SECOND);
        bench.calls.last_id = RequestId::MAX;
        let id = bench.calls.start(1, OnClose::Fail, SECOND, |_| Vec::new(), Box::new(|_| {}));
        assert_eq!(id, 2);
    }
}

//! The requests in flight, with their waiters and deadlines. No I/O.

use std::time::Duration;

use rally_core::effect::CallRequest;
use rally_core::frame::{CallPage, RequestId};

/// Maximum time until the reply, counted from when the request was queued.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The number of a program. When the program ends, its requests are cancelled.
pub type Owner = u64;

/// The owner number of navigations, which belong to no program.
pub const NO_OWNER: Owner = 0;

/// The message of a request. A call is encoded when it is sent, because it names the report of its
/// page, which has another id on each connection.
pub enum Message {
    /// A call that was made during this visit. If the connection is lost after the call was sent, it
    /// fails, because the server may have handled it already.
    Call(CallRequest, Visit),
    /// The frame of a request for a page. If the connection is lost after it was sent, it is sent
    /// again on the next connection, because the request only reads data.
    Page(Vec<u8>),
}

impl Message {
    fn is_call(&self) -> bool {
        matches!(self, Self::Call(..))
    }
}

/// The number of a page that was shown, or of one of its URLs.
pub type Visit = u32;

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
    message: Message,
    sent: bool,
    /// The report that a call was sent with.
    report: Option<RequestId>,
    /// The server has refused the call as one of another page, and it is sent once more.
    repeated: bool,
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
    /// Queues a request. `id` must be from [`next_id`](Self::next_id).
    pub fn start(
        &mut self,
        id: RequestId,
        owner: Owner,
        now: Duration,
        message: Message,
        waiter: W,
    ) {
        let deadline = now + TIMEOUT;
        let (sent, report, repeated) = (false, None, false);
        self.waiting.push(Waiting { id, message, sent, report, repeated, owner, deadline, waiter });
    }

    /// Returns the frames to send now, oldest first. `report` is the id of the report of the current
    /// visit: only calls that were made during this visit can name it.
    pub fn take_unsent(&mut self, visit: Visit, report: Option<RequestId>) -> Vec<Vec<u8>> {
        let unsent = self.waiting.iter_mut().filter(|request| !request.sent);
        let frames = unsent.map(|request| {
            request.sent = true;
            match &request.message {
                Message::Page(frame) => frame.clone(),
                Message::Call(call, made) => {
                    request.report = report.filter(|_| *made == visit);
                    let page = request.report.map_or(CallPage::None, CallPage::Shown);
                    call.to_frame(request.id, page)
                }
            }
        });
        frames.collect()
    }

    /// Returns the report that a call was sent with, if the call may be sent once more: the server
    /// does not know its page, which is still shown.
    pub fn refused_report(&self, id: RequestId, visit: Visit) -> Option<RequestId> {
        let call = self.waiting.iter().find(|request| request.id == id && !request.repeated)?;
        call.report.filter(|_| matches!(call.message, Message::Call(_, made) if made == visit))
    }

    /// Queues a call once more. Its deadline stays.
    pub fn repeat(&mut self, id: RequestId) {
        for request in self.waiting.iter_mut().filter(|request| request.id == id) {
            (request.sent, request.repeated) = (false, true);
        }
    }

    pub fn complete(&mut self, id: RequestId) -> Option<W> {
        let place = self.waiting.iter().position(|request| request.id == id)?;
        Some(self.waiting.remove(place).waiter)
    }

    pub fn disconnected(&mut self) -> Vec<W> {
        for request in &mut self.waiting {
            request.sent &= request.message.is_call();
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
        self.waiting.iter().any(|request| request.sent && request.message.is_call())
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
    use rally_core::frame::ClientFrame;

    use super::*;

    type Continuation = Box<dyn FnOnce(Outcome)>;

    const SECOND: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Fixture {
        calls: InFlight<Continuation>,
        ended: Rc<RefCell<Vec<(RequestId, Outcome)>>>,
    }

    impl Fixture {
        fn call(&mut self, owner: Owner, now: Duration) -> RequestId {
            let (name, fingerprint, over_http) = ("Echo", 1, false);
            let (body, files) = (vec![0xc0], Vec::new());
            let request = CallRequest { name, fingerprint, over_http, body, files };
            let id = self.calls.next_id();
            self.start(id, owner, now, Message::Call(request, 1));
            id
        }

        fn load(&mut self, owner: Owner, now: Duration) -> RequestId {
            let id = self.calls.next_id();
            let frame = ClientFrame::LoadPage { id, page: "P", fingerprint: 1, url: "/" };
            self.start(id, owner, now, Message::Page(frame.to_bytes()));
            id
        }

        fn start(&mut self, id: RequestId, owner: Owner, now: Duration, message: Message) {
            let ended = self.ended.clone();
            let then = Box::new(move |outcome| ended.borrow_mut().push((id, outcome)));
            self.calls.start(id, owner, now, message, then);
        }

        /// The ids of the requests that are sent now, with the pages that they name.
        fn send(&mut self, visit: Visit, id: Option<RequestId>) -> Vec<(RequestId, RequestId)> {
            let frames = self.calls.take_unsent(visit, id);
            let frames = frames.iter().map(|frame| match ClientFrame::read(frame) {
                Ok(ClientFrame::Call { id, page: CallPage::Shown(page), .. }) => (id, page),
                Ok(ClientFrame::Call { id, .. } | ClientFrame::LoadPage { id, .. }) => (id, 0),
                other => panic!("{other:?}"),
            });
            frames.collect()
        }

        fn end(&self, waiters: Vec<Continuation>, outcome: &Outcome) -> Vec<RequestId> {
            waiters.into_iter().for_each(|then| then(outcome.clone()));
            self.ended.borrow_mut().drain(..).map(|(id, _)| id).collect()
        }
    }

    #[test]
    fn replies_complete_their_requests_in_any_order_and_only_once() {
        let mut fixture = Fixture::default();
        let first = fixture.call(1, SECOND);
        let second = fixture.call(1, SECOND);
        assert_eq!((first, second), (1, 2));
        assert!(fixture.calls.complete(second).is_some());
        assert!(fixture.calls.complete(second).is_none());
        assert!(fixture.calls.complete(first).is_some());
        assert!(fixture.calls.complete(99).is_none());
    }

    #[test]
    fn requests_are_queued_until_they_can_be_sent_and_sent_once() {
        let mut fixture = Fixture::default();
        fixture.call(1, SECOND);
        fixture.load(1, SECOND);
        assert_eq!(fixture.send(1, None), [(1, 0), (2, 0)]);
        assert_eq!(fixture.send(1, None), []);
    }

    #[test]
    fn a_lost_connection_fails_sent_calls_and_keeps_queued_calls() {
        let mut fixture = Fixture::default();
        let sent = fixture.call(1, SECOND);
        let resent = fixture.load(1, SECOND);
        assert!(!fixture.calls.would_lose_calls());
        fixture.send(1, None);
        let queued = fixture.call(1, SECOND);
        assert!(fixture.calls.would_lose_calls());
        let failed = fixture.calls.disconnected();
        assert!(!fixture.calls.would_lose_calls());
        assert_eq!(fixture.end(failed, &Outcome::Offline), [sent]);
        assert_eq!(fixture.send(1, None), [(resent, 0), (queued, 0)]);
    }

    #[test]
    fn a_call_names_the_report_of_its_page_and_no_other() {
        let mut fixture = Fixture::default();
        let (first, second) = (fixture.call(1, SECOND), fixture.call(1, SECOND));
        assert_eq!(fixture.send(1, Some(7)), [(first, 7), (second, 7)]);
        let late = fixture.call(1, SECOND);
        assert_eq!(fixture.send(2, Some(8)), [(late, 0)], "another page is shown by now");
        let unreported = fixture.call(1, SECOND);
        assert_eq!(fixture.send(1, None), [(unreported, 0)]);
    }

    #[test]
    fn a_call_is_repeated_once_while_its_page_is_shown() {
        let mut fixture = Fixture::default();
        let (call, load) = (fixture.call(1, SECOND), fixture.load(1, SECOND));
        fixture.send(1, Some(7));
        assert_eq!(fixture.calls.refused_report(call, 1), Some(7));
        assert_eq!(fixture.calls.refused_report(call, 2), None);
        assert_eq!(fixture.calls.refused_report(load, 1), None);
        fixture.calls.repeat(call);
        assert_eq!(fixture.send(1, Some(8)), [(call, 8)]);
        assert_eq!(fixture.calls.refused_report(call, 1), None);
        let unreported = fixture.call(1, SECOND);
        fixture.send(1, None);
        assert_eq!(fixture.calls.refused_report(unreported, 1), None);
    }

    #[test]
    fn a_deadline_counts_from_when_the_request_was_queued() {
        let mut fixture = Fixture::default();
        let early = fixture.call(1, SECOND);
        let late = fixture.load(1, SECOND * 2);
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
        let cancelled = fixture.call(1, SECOND);
        let kept = fixture.call(2, SECOND);
        fixture.calls.cancel_all(1);
        assert!(fixture.calls.complete(cancelled).is_none());
        assert!(!fixture.calls.is_empty());
        assert!(fixture.calls.complete(kept).is_some());
        assert!(fixture.calls.is_empty());
    }

    #[test]
    fn ids_wrap_around_without_0_and_without_ids_in_flight() {
        let mut fixture = Fixture::default();
        fixture.call(1, SECOND);
        fixture.calls.last_id = RequestId::MAX;
        assert_eq!(fixture.call(1, SECOND), 2);
    }
}

//! The network: the connection, and the requests that are sent on it or over HTTP.

mod backoff;
mod connection;
pub mod http_calls;
mod in_flight;

use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::effect::CallRequest;
use rally_core::frame::{CallPage, ClientFrame, MAX_FRAME, RequestId};

use connection::Connection;
use http_calls::{HttpInFlight, HttpInFlightGuard};
use in_flight::{InFlight, Message, NO_OWNER};

pub use connection::ConnectionAction;
pub use in_flight::{Owner, Visit};

/// Upper bound on the size of a frame in bytes, not counting its name and body.
const FRAME_HEAD: usize = 32;

/// The link to the server: the connection, the requests in flight, and one timer for both. `W` is
/// the type of a waiter, a value that waits for the reply to a request. No I/O.
pub struct Link<W> {
    connection: Connection,
    in_flight: InFlight<W>,
    /// Calls over HTTP, and HTTP requests of programs.
    over_http: HttpInFlight,
    wakes_at: Option<Duration>,
    max_frame: usize,
}

impl<W> Default for Link<W> {
    fn default() -> Self {
        Self {
            connection: Connection::default(),
            in_flight: InFlight::default(),
            over_http: HttpInFlight::default(),
            wakes_at: None,
            max_frame: MAX_FRAME,
        }
    }
}

/// State of the connection.
impl<W> Link<W> {
    /// Starts to open a connection, and returns the action for the app.
    pub fn start(&mut self, now: Duration) -> ConnectionAction {
        self.connection.start(now)
    }

    /// Records that the connection is open.
    pub fn opened(&mut self, now: Duration) {
        self.connection.opened(now);
    }

    /// Records that the connection is lost, or that an attempt to connect has failed. Returns the
    /// waiters of the requests that have failed: those that were sent and are not sent again.
    /// `random` is within [0, 1), and varies the delay before the next attempt.
    pub fn closed(&mut self, now: Duration, random: f64) -> Vec<W> {
        self.connection.closed(now, random);
        self.in_flight.disconnected()
    }

    /// If the client waits for its next attempt to connect, starts the attempt at once, because the
    /// network may be back.
    pub fn connect_now(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.connection.connect_now(now)
    }

    /// Records that the session has changed. A connection that is open or opening may belong to the
    /// old session.
    pub fn session_changed(&mut self) {
        self.connection.session_changed();
    }

    /// Reconnects if the connection belongs to an old session, unless a call would be lost.
    pub fn renew(&mut self, now: Duration) -> Option<ConnectionAction> {
        if self.in_flight.would_lose_calls() {
            return None;
        }
        let action = self.connection.renew(now)?;
        let lost = self.in_flight.disconnected();
        debug_assert!(lost.is_empty(), "all requests in flight must be ones that are sent again");
        Some(action)
    }

    /// Returns `true` if the connection is open.
    pub fn is_open(&self) -> bool {
        self.connection.is_open()
    }

    /// Returns `true` if a reply is pending, which a page load would lose. Also returns `true` if a
    /// pong is pending, because the server may be down.
    pub fn is_waiting(&self) -> bool {
        !self.in_flight.is_empty() || !self.over_http.is_empty() || self.connection.awaits_pong()
    }
}

/// The timer of the deadlines.
impl<W> Link<W> {
    /// Returns the time at which the caller must call [`Self::tick`], and records that a timer is
    /// set for this time. `None` if there is no deadline, or if the current timer is early enough.
    pub fn set_timer(&mut self) -> Option<Duration> {
        let deadlines = [self.connection.deadline(), self.in_flight.next_deadline()];
        let due = deadlines.into_iter().flatten().min()?;
        if self.wakes_at.is_some_and(|wakes_at| wakes_at <= due) {
            return None;
        }
        self.wakes_at = Some(due);
        Some(due)
    }

    /// Returns `true` if `due` is the time of the current timer. Other timers must be ignored.
    pub fn is_due(&self, due: Duration) -> bool {
        self.wakes_at == Some(due)
    }

    /// Handles the deadline of the connection. After that, the caller must complete all
    /// [expired](Self::expire) requests, and then execute the returned action. In this order, a
    /// call that times out together with the connection does not load a document from a server that
    /// may be down.
    pub fn tick(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.wakes_at = None;
        self.connection.tick(now)
    }

    /// Removes a request whose deadline has passed, and returns its waiter.
    pub fn expire(&mut self, now: Duration) -> Option<W> {
        self.in_flight.expire(now)
    }
}

/// Requests and their replies.
impl<W> Link<W> {
    /// Sets the maximum size of a frame that the server accepts, in bytes.
    pub fn set_max_frame(&mut self, bytes: usize) {
        self.max_frame = bytes;
    }

    /// Returns `true` if the frame of this call may exceed the server's maximum size. The server
    /// would close the connection because of such a frame, and the other calls would be lost.
    pub fn is_too_large(&self, request: &CallRequest) -> bool {
        self.exceeds(request.name, request.body.len())
    }

    /// Queues a call that is made during a visit; [`Self::take_unsent`] returns its frame.
    pub fn call(
        &mut self,
        now: Duration,
        owner: Owner,
        request: CallRequest,
        visit: Visit,
        waiter: W,
    ) {
        let id = self.in_flight.next_id();
        self.in_flight.start(id, owner, now, Message::Call(request, visit), waiter);
    }

    /// Encodes the frame of a call over HTTP. It names the page at `url` (path and query), if the
    /// URL fits into the frame.
    pub fn http_frame(&mut self, request: &CallRequest, url: Option<&str>) -> (RequestId, Vec<u8>) {
        let id = self.in_flight.next_id();
        let url = url.filter(|url| !self.exceeds(request.name, request.body.len() + url.len()));
        (id, request.to_frame(id, url.map_or(CallPage::None, CallPage::At)))
    }

    /// Returns the report that a call named which the server has refused as one of another page,
    /// if the call may be [repeated](Self::repeat).
    pub fn refused_report(&self, id: RequestId, visit: Visit) -> Option<RequestId> {
        self.in_flight.refused_report(id, visit)
    }

    /// Queues a call once more, which the server has refused before it ran.
    pub fn repeat(&mut self, id: RequestId) {
        self.in_flight.repeat(id);
    }

    /// Counts a request over HTTP as in flight until the returned value is dropped.
    pub fn begin_http(&self) -> HttpInFlightGuard {
        self.over_http.begin()
    }

    /// Queues a request for a page's data. Returns `None` if the frame would be too large.
    pub fn load_page(
        &mut self,
        now: Duration,
        page: &str,
        fingerprint: u64,
        url: &str,
        waiter: W,
    ) -> Option<RequestId> {
        if self.exceeds(page, url.len()) {
            return None;
        }
        let id = self.in_flight.next_id();
        let frame = ClientFrame::LoadPage { id, page, fingerprint, url }.to_bytes();
        self.in_flight.start(id, NO_OWNER, now, Message::Page(frame), waiter);
        Some(id)
    }

    /// Encodes a `PageShown` frame, to be sent at once. `None` if no frame can be sent now, or if
    /// this frame is too large.
    pub fn page_shown(
        &mut self,
        page: &str,
        fingerprint: u64,
        url: &str,
    ) -> Option<(RequestId, Vec<u8>)> {
        if !self.connection.can_send() || self.exceeds(page, url.len()) {
            return None;
        }
        let id = self.in_flight.next_id();
        Some((id, ClientFrame::PageShown { id, page, fingerprint, url }.to_bytes()))
    }

    /// Returns the frames to send now, oldest first. `report` is the id of the `PageShown` frame of
    /// the current visit, if it was sent.
    pub fn take_unsent(&mut self, visit: Visit, report: Option<RequestId>) -> Vec<Vec<u8>> {
        match self.connection.can_send() {
            true => self.in_flight.take_unsent(visit, report),
            false => Vec::new(),
        }
    }

    /// Handles a frame from the server. Returns the request's id and the outcome, or `None` for a
    /// pong or a malformed frame. Any frame shows that the server is alive.
    pub fn received(&mut self, now: Duration, bytes: &[u8]) -> Option<(RequestId, Outcome)> {
        self.connection.frame_received(now);
        Outcome::read(bytes)
    }

    /// Removes a request, and returns its waiter. `None` if no such request is in flight: it may
    /// have timed out or been cancelled.
    pub fn complete(&mut self, id: RequestId) -> Option<W> {
        self.in_flight.complete(id)
    }

    /// Cancels all requests of an owner, and returns their waiters.
    pub fn cancel_all(&mut self, owner: Owner) -> Vec<W> {
        self.in_flight.cancel_all(owner)
    }

    /// Returns the waiters of all requests in flight.
    pub fn waiters(&mut self) -> impl Iterator<Item = &mut W> {
        self.in_flight.waiters()
    }

    fn exceeds(&self, name: &str, body: usize) -> bool {
        name.len() + body + FRAME_HEAD > self.max_frame
    }
}

#[cfg(test)]
mod tests {
    use rally_core::frame::ServerFrame;

    use super::*;

    const NOW: Duration = Duration::from_secs(1000);
    const SECOND: Duration = Duration::from_secs(1);
    const PAGE: Owner = 7;

    fn request(body: &[u8]) -> CallRequest {
        let (body, files) = (body.to_vec(), Vec::new());
        CallRequest { name: "Echo", fingerprint: 1, over_http: false, body, files }
    }

    fn open() -> Link<&'static str> {
        let mut link = Link::default();
        assert_eq!(link.start(NOW), ConnectionAction::Connect);
        link.opened(NOW);
        link
    }

    #[test]
    fn a_call_is_sent_once_the_connection_is_open_and_its_reply_finds_its_waiter() {
        let mut link = Link::default();
        link.call(NOW, PAGE, request(b"x"), 1, "call");
        assert!(link.take_unsent(1, None).is_empty());
        link.start(NOW);
        link.opened(NOW);
        let [frame] = &link.take_unsent(1, None)[..] else {
            panic!("exactly one frame should be sent")
        };
        let Ok(ClientFrame::Call { id, .. }) = ClientFrame::read(frame) else {
            panic!("the frame should be a call")
        };
        let reply = ServerFrame::Ok { id, body: b"y" }.to_bytes();
        assert_eq!(link.received(NOW, &reply), Some((id, Outcome::Ok(b"y".to_vec()))));
        assert_eq!((link.complete(id), link.complete(id)), (Some("call"), None));
    }

    #[test]
    fn a_frame_that_is_too_large_is_not_sent() {
        let mut link = open();
        link.set_max_frame(FRAME_HEAD + 5);
        assert!(!link.is_too_large(&request(b"x")) && link.is_too_large(&request(b"xy")));
        assert_eq!(link.load_page(NOW, "Page", 1, "/x", "page"), None);
        assert_eq!(link.page_shown("Page", 1, "/x"), None);
        assert!(link.load_page(NOW, "Page", 1, "/", "page").is_some());
        assert!(link.page_shown("Page", 1, "/").is_some());
    }

    #[test]
    fn a_lost_connection_fails_calls_and_resends_requests_for_pages() {
        let mut link = open();
        link.call(NOW, PAGE, request(b"x"), 1, "call");
        link.load_page(NOW, "Page", 1, "/", "page");
        assert_eq!(link.take_unsent(1, None).len(), 2);
        assert_eq!(link.closed(NOW, 0.0), ["call"]);
        link.opened(NOW);
        assert_eq!(link.take_unsent(1, None).len(), 1);
    }

    #[test]
    fn a_connection_of_an_old_session_is_renewed_once_no_call_would_be_lost() {
        let mut link = open();
        link.call(NOW, PAGE, request(b"x"), 1, "call");
        link.take_unsent(1, None);
        link.session_changed();
        assert_eq!(link.renew(NOW), None);
        assert_eq!(link.page_shown("Page", 1, "/"), None);
        assert_eq!(link.cancel_all(PAGE), ["call"]);
        assert_eq!(link.renew(NOW), Some(ConnectionAction::Connect));
    }

    #[test]
    fn one_timer_is_set_for_the_earliest_deadline() {
        let mut link = open();
        let due = link.set_timer().unwrap();
        assert_eq!((due, link.set_timer()), (NOW + SECOND * 30, None));
        link.received(NOW + SECOND, b"");
        assert_eq!(link.set_timer(), None, "the current timer fires first");
        assert!(link.is_due(due));
        assert_eq!(link.tick(due), None);
        assert!(!link.is_due(due));
        assert_eq!(link.set_timer(), Some(NOW + SECOND * 31));
    }
}

//! The network: the connection, and the requests that travel on it or over HTTP.

mod backoff;
mod connection;
pub mod http_calls;
mod in_flight;

use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::effect::CallRequest;
use rally_core::frame::{ClientFrame, MAX_FRAME, RequestId};

use connection::Connection;
use http_calls::{OnItsWay, UnderWay};
use in_flight::{InFlight, NO_PAGE, OnClose};

pub use connection::ConnectionAction;
pub use in_flight::Owner;

/// The most that a frame has beside a name and a body, in bytes.
const FRAME_HEAD: usize = 32;

/// The link to the server: the connection, the requests in flight, and the one timer of
/// both. `W` waits for a request. No I/O.
pub struct Link<W> {
    connection: Connection,
    in_flight: InFlight<W>,
    /// Requests over HTTP, of calls and of the page's own.
    over_http: UnderWay,
    /// When the timer that is set goes off.
    wakes_at: Option<Duration>,
    /// The largest frame that the server takes, in bytes.
    max_frame: usize,
}

impl<W> Default for Link<W> {
    fn default() -> Self {
        Self {
            connection: Connection::default(),
            in_flight: InFlight::default(),
            over_http: UnderWay::default(),
            wakes_at: None,
            max_frame: MAX_FRAME,
        }
    }
}

/// The connection.
impl<W> Link<W> {
    /// Begins.
    pub fn start(&mut self, now: Duration) -> ConnectionAction {
        self.connection.start(now)
    }

    /// The connection stands.
    pub fn opened(&mut self, now: Duration) {
        self.connection.opened(now);
    }

    /// The connection is lost, or did not come about: who waits for a request that is lost
    /// with it. `random` is within [0, 1).
    pub fn closed(&mut self, now: Duration, random: f64) -> Vec<W> {
        self.connection.closed(now, random);
        self.in_flight.disconnected()
    }

    /// There is reason to think that the network is back.
    pub fn hurry(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.connection.hurry(now)
    }

    /// The session has changed, which the connection does not know.
    pub fn session_changed(&mut self) {
        self.connection.session_changed();
    }

    /// Opens a connection of the session before anew, once that loses no call.
    pub fn renew(&mut self, now: Duration) -> Option<ConnectionAction> {
        if self.in_flight.would_lose() {
            return None;
        }
        let action = self.connection.renew(now)?;
        let lost = self.in_flight.disconnected();
        debug_assert!(lost.is_empty(), "only requests that are asked again were under way");
        Some(action)
    }

    /// Returns whether the connection is open.
    pub fn is_open(&self) -> bool {
        self.connection.is_open()
    }

    /// Returns whether a page load would lose a request. A ping is waited for
    /// like a call: its server may be gone.
    pub fn is_waiting(&self) -> bool {
        !self.in_flight.is_empty() || !self.over_http.is_empty() || self.connection.is_doubtful()
    }
}

/// The timer.
impl<W> Link<W> {
    /// When [`Self::tick`] has something to do, unless a timer is set that goes off before.
    pub fn set_timer(&mut self) -> Option<Duration> {
        let deadlines = [self.connection.deadline(), self.in_flight.next_deadline()];
        let due = deadlines.into_iter().flatten().min()?;
        if self.wakes_at.is_some_and(|wakes_at| wakes_at <= due) {
            return None;
        }
        self.wakes_at = Some(due);
        Some(due)
    }

    /// Returns whether the timer that fires now is the one that was set last.
    pub fn is_due(&self, due: Duration) -> bool {
        self.wakes_at == Some(due)
    }

    /// Time has passed. [`Self::expire`] comes next, then what this says: calls that time
    /// out with the connection must not lead to a document from a server that may be gone.
    pub fn tick(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.wakes_at = None;
        self.connection.tick(now)
    }

    /// The next that waits for a request whose deadline it was.
    pub fn expire(&mut self, now: Duration) -> Option<W> {
        self.in_flight.expire(now)
    }
}

/// Requests and their replies.
impl<W> Link<W> {
    /// The server takes frames up to this size, in bytes.
    pub fn set_max_frame(&mut self, bytes: usize) {
        self.max_frame = bytes;
    }

    /// Returns whether this call is larger than the server takes: sent, it would close the socket for
    /// every other call too.
    pub fn is_too_large(&self, request: &CallRequest) -> bool {
        self.exceeds(request.name, request.body.len())
    }

    /// Takes a call in, to be [sent](Self::take_unsent).
    pub fn call(&mut self, now: Duration, owner: Owner, request: &CallRequest, waiter: W) {
        let frame = |id| call_frame(id, request);
        self.in_flight.start(owner, OnClose::Fail, now, frame, waiter);
    }

    /// The frame of a call that goes over HTTP.
    pub fn http_frame(&mut self, request: &CallRequest) -> (RequestId, Vec<u8>) {
        let id = self.in_flight.next_id();
        (id, call_frame(id, request))
    }

    /// A request over HTTP begins. It ends when this is dropped.
    pub fn begin_http(&self) -> OnItsWay {
        self.over_http.begin()
    }

    /// Asks for a page's data, to be [sent](Self::take_unsent). `None` when the frame would
    /// be too large.
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
        let frame = |id| ClientFrame::LoadPage { id, page, fingerprint, url }.to_bytes();
        Some(self.in_flight.start(NO_PAGE, OnClose::AskAgain, now, frame, waiter))
    }

    /// The frame that says which page is shown, to be sent at once. `None` when it cannot
    /// be sent, or is too large.
    pub fn page_shown(
        &mut self,
        page: &str,
        fingerprint: u64,
        url: &str,
    ) -> Option<(RequestId, Vec<u8>)> {
        if !self.connection.takes_requests() || self.exceeds(page, url.len()) {
            return None;
        }
        let id = self.in_flight.next_id();
        Some((id, ClientFrame::PageShown { id, page, fingerprint, url }.to_bytes()))
    }

    /// The frames to send now, oldest first.
    pub fn take_unsent(&mut self) -> Vec<Vec<u8>> {
        if self.connection.takes_requests() { self.in_flight.take_unsent() } else { Vec::new() }
    }

    /// A frame came: the request it is about, and what that came to. One that is malformed,
    /// or about no request, says only that the server is there.
    pub fn received(&mut self, now: Duration, bytes: &[u8]) -> Option<(RequestId, Outcome)> {
        self.connection.heard(now);
        Outcome::read(bytes)
    }

    /// A reply came: who waits for it, or nobody any more.
    pub fn complete(&mut self, id: RequestId) -> Option<W> {
        self.in_flight.complete(id)
    }

    /// Forgets every request of a page that is left: who waited.
    pub fn cancel_all(&mut self, owner: Owner) -> Vec<W> {
        self.in_flight.cancel_all(owner)
    }

    fn exceeds(&self, name: &str, body: usize) -> bool {
        name.len() + body + FRAME_HEAD > self.max_frame
    }
}

fn call_frame(id: RequestId, request: &CallRequest) -> Vec<u8> {
    let (name, fingerprint, body) = (request.name, request.fingerprint, &request.body[..]);
    ClientFrame::Call { id, name, fingerprint, body }.to_bytes()
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

    /// A link that stands, whose waiters are words.
    fn open() -> Link<&'static str> {
        let mut link = Link::default();
        assert_eq!(link.start(NOW), ConnectionAction::Connect);
        link.opened(NOW);
        link
    }

    #[test]
    fn a_call_is_sent_once_it_can_be_and_its_reply_finds_who_waits() {
        let mut link = Link::default();
        link.call(NOW, PAGE, &request(b"x"), "call");
        assert!(link.take_unsent().is_empty());
        link.start(NOW);
        link.opened(NOW);
        let [frame] = &link.take_unsent()[..] else { panic!("one frame") };
        let Ok(ClientFrame::Call { id, .. }) = ClientFrame::read(frame) else { panic!("a call") };
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
    fn a_lost_connection_ends_calls_and_asks_for_pages_again() {
        let mut link = open();
        link.call(NOW, PAGE, &request(b"x"), "call");
        link.load_page(NOW, "Page", 1, "/", "page");
        assert_eq!(link.take_unsent().len(), 2);
        assert_eq!(link.closed(NOW, 0.0), ["call"]);
        link.opened(NOW);
        assert_eq!(link.take_unsent().len(), 1);
    }

    #[test]
    fn a_connection_of_the_session_before_is_renewed_once_no_call_is_lost_by_it() {
        let mut link = open();
        link.call(NOW, PAGE, &request(b"x"), "call");
        link.take_unsent();
        link.session_changed();
        assert_eq!(link.renew(NOW), None);
        assert_eq!(link.page_shown("Page", 1, "/"), None);
        assert_eq!(link.cancel_all(PAGE), ["call"]);
        assert_eq!(link.renew(NOW), Some(ConnectionAction::Connect));
    }

    #[test]
    fn one_timer_is_set_for_whatever_is_due_first() {
        let mut link = open();
        let due = link.set_timer().unwrap();
        assert_eq!((due, link.set_timer()), (NOW + SECOND * 30, None));
        link.received(NOW + SECOND, b"");
        assert_eq!(link.set_timer(), None, "the one that is set comes before");
        assert!(link.is_due(due));
        assert_eq!(link.tick(due), None);
        assert!(!link.is_due(due));
        assert_eq!(link.set_timer(), Some(NOW + SECOND * 31));
    }
}

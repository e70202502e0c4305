//! The `PageShown` frames, which tell the server the shown page, and the replies to them. No I/O.

use rally_core::frame::RequestId;
use rally_core::running::visit;

use super::Navigation;

/// The last `PageShown` frame of the shown page on this connection. Replies to earlier frames are
/// ignored, because they may be about another page.
#[derive(Debug, Default)]
pub struct PageSync {
    last: Option<RequestId>,
    pending: bool,
    /// How often in a row the server could not decide about the page.
    refusals: u32,
}

impl PageSync {
    /// Records that another page is shown, or another URL of it. It is not reported yet, and if its
    /// report cannot be sent, calls must not name the report of the page before.
    pub fn shown(&mut self) {
        visit::begin();
        *self = Self::default();
    }

    pub fn sent(&mut self, id: RequestId) {
        self.last = Some(id);
        self.pending = true;
    }

    pub fn last(&self) -> Option<RequestId> {
        self.last
    }

    pub fn take_reply(&mut self, id: RequestId) -> bool {
        let is_reply = self.pending && self.is_last(id);
        self.pending &= !is_reply;
        is_reply
    }

    pub fn disconnected(&mut self) {
        *self = Self::default();
    }

    pub fn is_last(&self, id: RequestId) -> bool {
        self.last == Some(id)
    }
}

impl Navigation {
    /// Returns the id of the last `PageShown` frame of the current visit on this connection.
    pub fn last_announced(&self) -> Option<RequestId> {
        self.sync.last()
    }

    /// Returns the URL (path and query) that calls over HTTP name. No calls belong to the error
    /// page.
    pub fn url_of_calls(&self) -> Option<&str> {
        self.current().filter(|(entry, _)| !entry.is_error).map(|(_, url)| url)
    }

    /// Records the id of the `PageShown` frame that was just sent.
    pub fn announced(&mut self, id: RequestId) {
        self.sync.sent(id);
    }

    /// Returns `true` if `id` is that of the last `PageShown` frame.
    pub fn is_last_announced(&self, id: RequestId) -> bool {
        self.sync.is_last(id)
    }

    /// Records that the connection is lost, so that the reply to a `PageShown` frame cannot arrive.
    pub fn disconnected(&mut self) {
        self.sync.disconnected();
    }

    /// Records that the server could not decide about the shown page.
    pub fn refused_for_now(&mut self) {
        self.sync.refusals += 1;
    }

    /// Returns `true` if the page may be reported again at once, for a call. More reports would load a
    /// server that has failed, so only the one after the first refusal does not wait.
    pub fn may_report_at_once(&self) -> bool {
        self.sync.refusals < 2
    }

    /// Returns `true`, once, if `id` is that of the reply to the last `PageShown` frame.
    pub fn is_about_page(&mut self, id: RequestId) -> bool {
        self.sync.take_reply(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_reply_to_the_last_frame_counts() {
        let mut sync = PageSync::default();
        assert!(!sync.take_reply(0));
        sync.sent(1);
        sync.sent(2);
        assert!(!sync.take_reply(1));
        assert!(sync.take_reply(2));
        assert!(!sync.take_reply(2));
        assert!(sync.is_last(2) && !sync.is_last(1));
    }

    #[test]
    fn a_page_is_not_reported_by_the_report_of_the_page_before() {
        let mut sync = PageSync::default();
        sync.shown();
        sync.sent(1);
        let first = visit::shown();
        assert_eq!(sync.last(), Some(1));
        sync.shown();
        assert_eq!((visit::shown(), sync.last()), (first + 1, None));
        assert!(!sync.take_reply(1));
        sync.sent(2);
        sync.disconnected();
        assert_eq!((visit::shown(), sync.last()), (first + 1, None));
    }

    #[test]
    fn a_reply_on_another_connection_is_ignored() {
        let mut sync = PageSync::default();
        sync.sent(1);
        sync.disconnected();
        assert!(!sync.take_reply(1));
    }
}

//! The `PageShown` frames, which tell the server the shown page, and the replies to them. No I/O.

use rally_core::frame::RequestId;

/// The last `PageShown` frame. Replies to earlier frames are ignored, because they may be about
/// another page.
#[derive(Debug, Default)]
pub struct PageSync {
    last: RequestId,
    pending: bool,
}

impl PageSync {
    pub fn sent(&mut self, id: RequestId) {
        *self = Self { last: id, pending: true };
    }

    pub fn take_reply(&mut self, id: RequestId) -> bool {
        let is_reply = self.pending && self.last == id;
        self.pending &= !is_reply;
        is_reply
    }

    pub fn disconnected(&mut self) {
        self.pending = false;
    }

    pub fn is_last(&self, id: RequestId) -> bool {
        self.last == id
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
    fn a_reply_on_another_connection_is_ignored() {
        let mut sync = PageSync::default();
        sync.sent(1);
        sync.disconnected();
        assert!(!sync.take_reply(1));
    }
}

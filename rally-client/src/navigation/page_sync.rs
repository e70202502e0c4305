//! Page sync: the server is told which page is shown, and what it replies counts once. No I/O.

use rally_core::frame::RequestId;

/// The last `Show`. Only its reply counts: those before were about another
/// page, or went with another connection.
#[derive(Debug, Default)]
pub struct PageSync {
    last: RequestId,
    waits: bool,
}

impl PageSync {
    /// It was sent.
    pub fn asked(&mut self, id: RequestId) {
        *self = Self { last: id, waits: true };
    }

    /// A reply came: whether it is the one that is waited for.
    pub fn answered(&mut self, id: RequestId) -> bool {
        let answered = self.waits && self.last == id;
        self.waits &= !answered;
        answered
    }

    /// The connection is another one.
    pub fn lost(&mut self) {
        self.waits = false;
    }

    /// Whether nothing was told since this one.
    pub fn is_last(&self, id: RequestId) -> bool {
        self.last == id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reply_to_the_last_one_counts_and_once() {
        let mut sync = PageSync::default();
        assert!(!sync.answered(0));
        sync.asked(1);
        sync.asked(2);
        assert!(!sync.answered(1));
        assert!(sync.answered(2));
        assert!(!sync.answered(2));
        assert!(sync.is_last(2) && !sync.is_last(1));
    }

    #[test]
    fn a_reply_that_comes_by_another_connection_is_none() {
        let mut sync = PageSync::default();
        sync.asked(1);
        sync.lost();
        assert!(!sync.answered(1));
    }
}

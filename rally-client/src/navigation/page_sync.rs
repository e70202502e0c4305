//! What the server was told of the page that is shown. No I/O.

use rally_core::frame::RequestId;

/// The last `Show`. Only its reply counts: those before were about another
/// page, or went with another connection.
#[derive(Debug, Default)]
pub struct Shown {
    last: RequestId,
    waits: bool,
}

impl Shown {
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
        let mut shown = Shown::default();
        assert!(!shown.answered(0));
        shown.asked(1);
        shown.asked(2);
        assert!(!shown.answered(1));
        assert!(shown.answered(2));
        assert!(!shown.answered(2));
        assert!(shown.is_last(2) && !shown.is_last(1));
    }

    #[test]
    fn a_reply_that_comes_by_another_connection_is_none() {
        let mut shown = Shown::default();
        shown.asked(1);
        shown.lost();
        assert!(!shown.answered(1));
    }
}

//! The connection to the server: when to connect, to ask whether it is alive,
//! and to give up on it. No I/O.

use std::time::Duration;

use super::backoff::Backoff;

/// Silence after which the client pings.
const QUIET: Duration = Duration::from_secs(30);
/// How long an answer to a ping, or a connection, may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The states of a connection.
#[derive(Default)]
pub struct Connection {
    state: State,
    backoff: Backoff,
    /// The session has changed since it was opened, which it does not know.
    outlived: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Not begun.
    #[default]
    Idle,
    Connecting {
        give_up: Duration,
    },
    Open {
        ping_at: Duration,
    },
    /// Pinged, not yet answered.
    Doubtful {
        give_up: Duration,
    },
    /// Lost; connects again.
    Waiting {
        until: Duration,
    },
}

/// A step for the shell to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionAction {
    /// Open a connection.
    Connect,
    /// Send a ping.
    Ping,
    /// Close the connection, and say that it is closed.
    GiveUp,
}

impl Connection {
    /// Begins.
    pub fn start(&mut self, now: Duration) -> ConnectionAction {
        self.outlived = false;
        self.state = State::Connecting { give_up: now + PATIENCE };
        ConnectionAction::Connect
    }

    /// The connection stands.
    pub fn opened(&mut self, now: Duration) {
        self.backoff = Backoff::default();
        self.state = State::Open { ping_at: now + QUIET };
    }

    /// Something came from the server.
    pub fn heard(&mut self, now: Duration) {
        if self.is_open() {
            self.state = State::Open { ping_at: now + QUIET };
        }
    }

    /// The connection is lost, or did not come about. `random` is within [0, 1).
    pub fn closed(&mut self, now: Duration, random: f64) {
        self.outlived = false;
        self.state = State::Waiting { until: now + self.backoff.next(random) };
    }

    /// There is reason to think that the network is back.
    pub fn hurry(&mut self, now: Duration) -> Option<ConnectionAction> {
        matches!(self.state, State::Waiting { .. }).then(|| self.start(now))
    }

    /// The session has changed. Who asks is found out when a connection is
    /// opened, so that one that stands or comes about takes no more frames.
    pub fn session_changed(&mut self) {
        self.outlived = !matches!(self.state, State::Idle | State::Waiting { .. });
    }

    /// No call is under way, so that nothing is lost by opening it anew.
    pub fn renew(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.outlived.then(|| self.start(now))
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Duration) -> Option<ConnectionAction> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return None;
        }
        match self.state {
            State::Idle => None,
            State::Connecting { .. } | State::Doubtful { .. } => Some(ConnectionAction::GiveUp),
            State::Open { .. } => {
                self.state = State::Doubtful { give_up: now + PATIENCE };
                Some(ConnectionAction::Ping)
            }
            State::Waiting { .. } => Some(self.start(now)),
        }
    }

    /// When [`Self::tick`] has something to do.
    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Idle => None,
            State::Connecting { give_up } | State::Doubtful { give_up } => Some(give_up),
            State::Open { ping_at } => Some(ping_at),
            State::Waiting { until } => Some(until),
        }
    }

    /// Whether a ping waits for its answer: the server may be gone.
    pub fn is_doubtful(&self) -> bool {
        matches!(self.state, State::Doubtful { .. })
    }

    /// Whether the connection stands.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. } | State::Doubtful { .. })
    }

    /// Whether requests can be sent.
    pub fn takes_requests(&self) -> bool {
        self.is_open() && !self.outlived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn open() -> Connection {
        let mut connection = Connection::default();
        assert_eq!(connection.start(seconds(0)), ConnectionAction::Connect);
        connection.opened(seconds(0));
        connection
    }

    #[test]
    fn a_quiet_connection_is_pinged_and_a_dead_one_given_up() {
        let mut connection = open();
        assert_eq!(connection.tick(seconds(29)), None);
        assert_eq!(connection.tick(seconds(30)), Some(ConnectionAction::Ping));
        assert_eq!(connection.tick(seconds(39)), None);
        assert_eq!(connection.tick(seconds(40)), Some(ConnectionAction::GiveUp));
    }

    #[test]
    fn whatever_is_heard_proves_that_it_lives() {
        let mut connection = open();
        assert!(!connection.is_doubtful());
        assert_eq!(connection.tick(seconds(30)), Some(ConnectionAction::Ping));
        assert!(connection.is_open() && connection.is_doubtful());
        connection.heard(seconds(31));
        assert!(!connection.is_doubtful());
        assert_eq!(connection.tick(seconds(60)), None);
        assert_eq!(connection.tick(seconds(61)), Some(ConnectionAction::Ping));
    }

    #[test]
    fn a_connection_that_does_not_come_about_is_given_up() {
        let mut connection = Connection::default();
        connection.start(seconds(5));
        assert_eq!(connection.tick(seconds(14)), None);
        assert_eq!(connection.tick(seconds(15)), Some(ConnectionAction::GiveUp));
    }

    #[test]
    fn a_lost_connection_is_tried_again_later_and_later_until_one_stands() {
        let mut connection = open();
        connection.closed(seconds(0), 0.0);
        assert!(!connection.is_open());
        assert_eq!(connection.tick(Duration::from_millis(249)), None);
        assert_eq!(connection.tick(Duration::from_millis(250)), Some(ConnectionAction::Connect));
        connection.closed(seconds(1), 0.0);
        assert_eq!(connection.tick(seconds(1) + Duration::from_millis(499)), None);
        assert_eq!(
            connection.tick(seconds(1) + Duration::from_millis(500)),
            Some(ConnectionAction::Connect)
        );
        connection.opened(seconds(2));
        connection.closed(seconds(2), 0.0);
        assert_eq!(connection.deadline(), Some(seconds(2) + Duration::from_millis(250)));
    }

    #[test]
    fn a_network_that_is_back_is_not_waited_for() {
        let mut connection = open();
        assert_eq!(connection.hurry(seconds(1)), None);
        connection.closed(seconds(1), 0.9);
        assert_eq!(connection.hurry(seconds(1)), Some(ConnectionAction::Connect));
        assert_eq!(connection.hurry(seconds(1)), None);
    }

    #[test]
    fn what_is_heard_of_a_lost_connection_does_not_revive_it() {
        let mut connection = open();
        connection.closed(seconds(1), 0.0);
        connection.heard(seconds(1));
        assert!(!connection.is_open());
    }

    #[test]
    fn a_connection_of_the_session_before_takes_nothing_until_it_is_opened_anew() {
        let mut connection = open();
        assert_eq!(connection.renew(seconds(1)), None);
        connection.session_changed();
        assert!(connection.is_open() && !connection.takes_requests());
        assert_eq!(connection.renew(seconds(1)), Some(ConnectionAction::Connect));
        assert_eq!(connection.renew(seconds(1)), None);
        // The one that is being opened may have said who asks already.
        connection.session_changed();
        assert_eq!(connection.renew(seconds(2)), Some(ConnectionAction::Connect));
        connection.opened(seconds(2));
        assert!(connection.takes_requests());
    }

    #[test]
    fn a_connection_that_was_lost_is_of_the_new_session_when_it_comes_back() {
        let mut connection = open();
        connection.session_changed();
        connection.closed(seconds(1), 0.0);
        assert_eq!(connection.renew(seconds(1)), None);
        connection.session_changed();
        assert_eq!(connection.tick(seconds(2)), Some(ConnectionAction::Connect));
        connection.opened(seconds(2));
        assert!(connection.takes_requests());
    }
}

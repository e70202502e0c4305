//! The state of the connection: when to connect, to ping, and to give up. No I/O.

use std::time::Duration;

use super::backoff::Backoff;

/// Time without a frame from the server after which the client sends a ping.
const PING_AFTER: Duration = Duration::from_secs(30);
/// Maximum time to wait for a pong, or for a connection to open.
const GIVE_UP_AFTER: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct Connection {
    state: State,
    backoff: Backoff,
    /// `true` if the session has changed since the client started to open the connection.
    old_session: bool,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    #[default]
    Idle,
    Connecting {
        give_up: Duration,
    },
    Open {
        ping_at: Duration,
    },
    AwaitingPong {
        give_up: Duration,
    },
    Waiting {
        until: Duration,
    },
}

/// An action for the app to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionAction {
    /// Open a connection.
    Connect,
    /// Send a ping.
    Ping,
    /// Close the connection, and handle it as a lost connection.
    GiveUp,
}

impl Connection {
    pub fn start(&mut self, now: Duration) -> ConnectionAction {
        self.old_session = false;
        self.state = State::Connecting { give_up: now + GIVE_UP_AFTER };
        ConnectionAction::Connect
    }

    pub fn opened(&mut self, now: Duration) {
        self.backoff = Backoff::default();
        self.state = State::Open { ping_at: now + PING_AFTER };
    }

    pub fn frame_received(&mut self, now: Duration) {
        if self.is_open() {
            self.state = State::Open { ping_at: now + PING_AFTER };
        }
    }

    pub fn closed(&mut self, now: Duration, random: f64) {
        self.old_session = false;
        self.state = State::Waiting { until: now + self.backoff.next(random) };
    }

    pub fn connect_now(&mut self, now: Duration) -> Option<ConnectionAction> {
        matches!(self.state, State::Waiting { .. }).then(|| self.start(now))
    }

    /// The server authenticates the caller when a connection opens. So a connection that is open or
    /// opening may have the old session, and no more requests are sent on it.
    pub fn session_changed(&mut self) {
        self.old_session = !matches!(self.state, State::Idle | State::Waiting { .. });
    }

    /// Reconnects if the connection belongs to an old session. Calls in flight would be lost, so
    /// the caller must check that there are none.
    pub fn renew(&mut self, now: Duration) -> Option<ConnectionAction> {
        self.old_session.then(|| self.start(now))
    }

    pub fn tick(&mut self, now: Duration) -> Option<ConnectionAction> {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return None;
        }
        match self.state {
            State::Idle => None,
            State::Connecting { .. } | State::AwaitingPong { .. } => Some(ConnectionAction::GiveUp),
            State::Open { .. } => {
                self.state = State::AwaitingPong { give_up: now + GIVE_UP_AFTER };
                Some(ConnectionAction::Ping)
            }
            State::Waiting { .. } => Some(self.start(now)),
        }
    }

    pub fn deadline(&self) -> Option<Duration> {
        match self.state {
            State::Idle => None,
            State::Connecting { give_up } | State::AwaitingPong { give_up } => Some(give_up),
            State::Open { ping_at } => Some(ping_at),
            State::Waiting { until } => Some(until),
        }
    }

    pub fn awaits_pong(&self) -> bool {
        matches!(self.state, State::AwaitingPong { .. })
    }

    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. } | State::AwaitingPong { .. })
    }

    pub fn can_send(&self) -> bool {
        self.is_open() && !self.old_session
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
    fn a_quiet_connection_is_pinged_and_closed_without_a_pong() {
        let mut connection = open();
        assert_eq!(connection.tick(seconds(29)), None);
        assert_eq!(connection.tick(seconds(30)), Some(ConnectionAction::Ping));
        assert_eq!(connection.tick(seconds(39)), None);
        assert_eq!(connection.tick(seconds(40)), Some(ConnectionAction::GiveUp));
    }

    #[test]
    fn any_frame_counts_as_a_pong() {
        let mut connection = open();
        assert!(!connection.awaits_pong());
        assert_eq!(connection.tick(seconds(30)), Some(ConnectionAction::Ping));
        assert!(connection.is_open() && connection.awaits_pong());
        connection.frame_received(seconds(31));
        assert!(!connection.awaits_pong());
        assert_eq!(connection.tick(seconds(60)), None);
        assert_eq!(connection.tick(seconds(61)), Some(ConnectionAction::Ping));
    }

    #[test]
    fn a_connection_that_does_not_open_is_given_up() {
        let mut connection = Connection::default();
        connection.start(seconds(5));
        assert_eq!(connection.tick(seconds(14)), None);
        assert_eq!(connection.tick(seconds(15)), Some(ConnectionAction::GiveUp));
    }

    #[test]
    fn the_delay_before_reconnecting_grows_until_a_connection_opens() {
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
    fn a_waiting_client_reconnects_at_once_when_the_network_is_back() {
        let mut connection = open();
        assert_eq!(connection.connect_now(seconds(1)), None);
        connection.closed(seconds(1), 0.9);
        assert_eq!(connection.connect_now(seconds(1)), Some(ConnectionAction::Connect));
        assert_eq!(connection.connect_now(seconds(1)), None);
    }

    #[test]
    fn a_late_frame_does_not_reopen_a_lost_connection() {
        let mut connection = open();
        connection.closed(seconds(1), 0.0);
        connection.frame_received(seconds(1));
        assert!(!connection.is_open());
    }

    #[test]
    fn nothing_is_sent_on_a_connection_of_an_old_session_until_it_reconnects() {
        let mut connection = open();
        assert_eq!(connection.renew(seconds(1)), None);
        connection.session_changed();
        assert!(connection.is_open() && !connection.can_send());
        assert_eq!(connection.renew(seconds(1)), Some(ConnectionAction::Connect));
        assert_eq!(connection.renew(seconds(1)), None);
        // The server may have authenticated the opening connection already.
        connection.session_changed();
        assert_eq!(connection.renew(seconds(2)), Some(ConnectionAction::Connect));
        connection.opened(seconds(2));
        assert!(connection.can_send());
    }

    #[test]
    fn a_lost_connection_has_the_new_session_when_it_reconnects() {
        let mut connection = open();
        connection.session_changed();
        connection.closed(seconds(1), 0.0);
        assert_eq!(connection.renew(seconds(1)), None);
        connection.session_changed();
        assert_eq!(connection.tick(seconds(2)), Some(ConnectionAction::Connect));
        connection.opened(seconds(2));
        assert!(connection.can_send());
    }
}

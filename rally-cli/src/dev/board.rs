//! The board: the current state of the build loop, read by the tunnel and the event streams.

use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::machine::Status;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upstream {
    /// There is no server. The tunnel itself responds to each request.
    Absent,
    /// The server is starting. Requests wait until it has started, or until a timeout.
    Starting,
    At(SocketAddr),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Increases with every change of the board, so that the status page can detect a newer state.
    pub(crate) serial: u64,
    /// Increases when the browser must reload the app.
    pub(crate) generation: u64,
    pub(crate) status: Status,
    pub(crate) upstream: Upstream,
}

pub(crate) struct Board {
    current: Mutex<Snapshot>,
    changed: Condvar,
}

impl Board {
    /// Creates a board. `first` is the first serial and the first generation. Each run of
    /// this command needs another number, because open tabs compare the board's numbers with the
    /// numbers of an earlier run.
    pub(crate) fn new(first: u64) -> Self {
        Self {
            current: Mutex::new(Snapshot {
                serial: first,
                generation: first,
                status: Status::Building,
                upstream: Upstream::Absent,
            }),
            changed: Condvar::new(),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.lock().clone()
    }

    pub(crate) fn show(&self, status: Status) {
        self.change(|board| board.status = status);
    }

    pub(crate) fn set_upstream(&self, upstream: Upstream) {
        self.change(|board| board.upstream = upstream);
    }

    pub(crate) fn next_generation(&self) {
        self.change(|board| board.generation += 1);
    }

    pub(crate) fn wait_newer(&self, serial: u64, limit: Duration) -> Snapshot {
        self.wait_while(limit, |board| board.serial == serial)
    }

    pub(crate) fn wait_started(&self, limit: Duration) -> Upstream {
        self.wait_while(limit, |board| board.upstream == Upstream::Starting).upstream
    }

    fn wait_while(&self, limit: Duration, condition: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let guard = self.lock();
        let waited = self.changed.wait_timeout_while(guard, limit, |board| condition(board));
        let (guard, _) = waited.unwrap_or_else(PoisonError::into_inner);
        guard.clone()
    }

    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        let mut board = self.lock();
        change(&mut board);
        board.serial += 1;
        self.changed.notify_all();
    }

    /// Locks the snapshot. Poisoning is ignored: every change is one assignment, so after a panic
    /// the value is still valid.
    fn lock(&self) -> MutexGuard<'_, Snapshot> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_increases_the_serial() {
        let board = Board::new(7);
        board.show(Status::Ready);
        board.next_generation();
        let now = board.snapshot();
        assert_eq!((now.serial, now.generation), (9, 8));
        assert_eq!(board.wait_newer(8, Duration::MAX), now);
        assert_eq!(board.wait_newer(9, Duration::ZERO), now);
    }

    #[test]
    fn waiting_for_a_server_ends_if_it_fails_to_start() {
        let board = Board::new(0);
        assert_eq!(board.wait_started(Duration::MAX), Upstream::Absent);
        board.set_upstream(Upstream::Starting);
        assert_eq!(board.wait_started(Duration::ZERO), Upstream::Starting);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| board.wait_started(Duration::MAX));
            board.set_upstream(Upstream::Absent);
            assert_eq!(
                waiting.join().expect("the waiting thread should not panic"),
                Upstream::Absent
            );
        });
    }
}

//! Epochs: by which a socket notices that somebody signed in or out in another
//! tab.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::request::SessionId;

/// The sessions that have a socket open in this process. Locked when a socket
/// opens or closes and when somebody signs in or out, for one look-up; not by
/// messages.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<SessionId, Weak<AtomicU64>>>);

impl Sessions {
    /// Watches a session for as long as this lives.
    pub(crate) fn watch(self: &Arc<Self>, id: SessionId) -> Watch {
        let mut table = self.lock();
        let entry = table.entry(id).or_default();
        let epoch = entry.upgrade().unwrap_or_default();
        *entry = Arc::downgrade(&epoch);
        drop(table);
        Watch { id, epoch, sessions: self.clone() }
    }

    /// Tells those who watch a session that it is not what it was.
    pub(crate) fn changed(&self, id: SessionId) {
        if let Some(epoch) = self.lock().get(&id).and_then(Weak::upgrade) {
            epoch.fetch_add(1, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Weak<AtomicU64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who watches a session.
pub(crate) struct Watch {
    id: SessionId,
    epoch: Arc<AtomicU64>,
    sessions: Arc<Sessions>,
}

impl Watch {
    /// How often the session has changed.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut table = self.sessions.lock();
        // Given up under the lock: of two who leave at once one is the last.
        self.epoch = Arc::default();
        if table.get(&self.id).is_some_and(|epoch| epoch.strong_count() == 0) {
            table.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tabs_of_a_session_hear_of_a_change_and_others_do_not() {
        let sessions = Arc::new(Sessions::default());
        let [id, other] = [SessionId::random(), SessionId::random()];
        let tabs = [sessions.watch(id), sessions.watch(id), sessions.watch(other)];
        sessions.changed(id);
        assert_eq!(tabs.each_ref().map(Watch::epoch), [1, 1, 0]);
        sessions.changed(SessionId::random());
        assert_eq!(sessions.watch(id).epoch(), 1);
    }

    #[test]
    fn a_session_without_a_socket_takes_no_room() {
        let sessions = Arc::new(Sessions::default());
        let id = SessionId::random();
        let tabs = [sessions.watch(id), sessions.watch(id)];
        for (tab, left) in tabs.into_iter().zip([1, 0]) {
            drop(tab);
            assert_eq!(sessions.lock().len(), left);
        }
        sessions.changed(id);
        assert_eq!(sessions.lock().len(), 0);
    }

    #[test]
    fn of_those_who_leave_at_once_one_is_the_last() {
        let sessions = Arc::new(Sessions::default());
        let id = SessionId::random();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| drop(sessions.watch(id))));
            }
        });
        assert_eq!(sessions.lock().len(), 0);
    }
}

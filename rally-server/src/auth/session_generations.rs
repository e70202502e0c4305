//! Session generations: counters by which a socket notices that somebody signed
//! in or out in another tab.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::request::SessionId;

/// The sessions that have a socket open in this process. Locked when a socket
/// opens or closes and when somebody signs in or out, for one look-up; not by
/// messages.
#[derive(Default)]
pub(crate) struct SessionGenerations(Mutex<HashMap<SessionId, Weak<AtomicU64>>>);

impl SessionGenerations {
    /// Watches a session for as long as this lives.
    pub(crate) fn watch(self: &Arc<Self>, id: SessionId) -> Watch {
        let mut table = self.lock();
        let entry = table.entry(id).or_default();
        let generation = entry.upgrade().unwrap_or_default();
        *entry = Arc::downgrade(&generation);
        drop(table);
        Watch { id, generation, generations: self.clone() }
    }

    /// Tells those who watch a session that it is not what it was.
    pub(crate) fn changed(&self, id: SessionId) {
        if let Some(generation) = self.lock().get(&id).and_then(Weak::upgrade) {
            generation.fetch_add(1, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Weak<AtomicU64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who watches a session.
pub(crate) struct Watch {
    id: SessionId,
    generation: Arc<AtomicU64>,
    generations: Arc<SessionGenerations>,
}

impl Watch {
    /// How often the session has changed.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut table = self.generations.lock();
        // Given up under the lock: of two who leave at once one is the last.
        self.generation = Arc::default();
        if table.get(&self.id).is_some_and(|generation| generation.strong_count() == 0) {
            table.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tabs_of_a_session_hear_of_a_change_and_others_do_not() {
        let generations = Arc::new(SessionGenerations::default());
        let [id, other] = [SessionId::random(), SessionId::random()];
        let tabs = [generations.watch(id), generations.watch(id), generations.watch(other)];
        generations.changed(id);
        assert_eq!(tabs.each_ref().map(Watch::generation), [1, 1, 0]);
        generations.changed(SessionId::random());
        assert_eq!(generations.watch(id).generation(), 1);
    }

    #[test]
    fn a_session_without_a_socket_takes_no_room() {
        let generations = Arc::new(SessionGenerations::default());
        let id = SessionId::random();
        let tabs = [generations.watch(id), generations.watch(id)];
        for (tab, left) in tabs.into_iter().zip([1, 0]) {
            drop(tab);
            assert_eq!(generations.lock().len(), left);
        }
        generations.changed(id);
        assert_eq!(generations.lock().len(), 0);
    }

    #[test]
    fn of_those_who_leave_at_once_one_is_the_last() {
        let generations = Arc::new(SessionGenerations::default());
        let id = SessionId::random();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| drop(generations.watch(id))));
            }
        });
        assert_eq!(generations.lock().len(), 0);
    }
}

//! Session generations: counters that tell sockets of a sign-in or sign-out of their session.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::request::SessionId;

/// The generation of each session that has an open socket in this process. The mutex is
/// locked when a socket opens or closes and at each sign-in or sign-out, not for messages.
#[derive(Default)]
pub(crate) struct SessionGenerations(Mutex<HashMap<SessionId, Weak<AtomicU64>>>);

impl SessionGenerations {
    pub(crate) fn watch(self: &Arc<Self>, id: SessionId) -> GenerationWatch {
        let mut table = self.lock();
        let entry = table.entry(id).or_default();
        let generation = entry.upgrade().unwrap_or_default();
        *entry = Arc::downgrade(&generation);
        drop(table);
        GenerationWatch { id, generation, generations: self.clone() }
    }

    pub(crate) fn changed(&self, id: SessionId) {
        if let Some(generation) = self.lock().get(&id).and_then(Weak::upgrade) {
            generation.fetch_add(1, Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Weak<AtomicU64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct GenerationWatch {
    id: SessionId,
    generation: Arc<AtomicU64>,
    generations: Arc<SessionGenerations>,
}

impl GenerationWatch {
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

impl Drop for GenerationWatch {
    fn drop(&mut self) {
        let mut table = self.generations.lock();
        // This watch releases its counter while it holds the lock. So if two watches are
        // dropped at once, exactly one of them is the last and removes the entry.
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
    fn a_change_reaches_all_tabs_of_its_session_only() {
        let generations = Arc::new(SessionGenerations::default());
        let [id, other] = [SessionId::random(), SessionId::random()];
        let tabs = [generations.watch(id), generations.watch(id), generations.watch(other)];
        generations.changed(id);
        assert_eq!(tabs.each_ref().map(GenerationWatch::generation), [1, 1, 0]);
        generations.changed(SessionId::random());
        assert_eq!(generations.watch(id).generation(), 1);
    }

    #[test]
    fn a_session_without_a_socket_has_no_entry() {
        let generations = Arc::new(SessionGenerations::default());
        let id = SessionId::random();
        let tabs = [generations.watch(id), generations.watch(id)];
        for (tab, entries) in tabs.into_iter().zip([1, 0]) {
            drop(tab);
            assert_eq!(generations.lock().len(), entries);
        }
        generations.changed(id);
        assert_eq!(generations.lock().len(), 0);
    }

    #[test]
    fn watches_dropped_at_once_remove_the_entry() {
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

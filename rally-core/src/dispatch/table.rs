//! The table of running programs, which finds the program of a handle.
//!
//! A program is in the table from the first render that builds views until it ends.
//! A render that writes text needs no entry.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::running::Inbox;

/// The programs, sorted by number. Few run at a time, so a list takes less code than a map.
static PROGRAMS: Mutex<Vec<(u64, Weak<Inbox>)>> = Mutex::new(Vec::new());

/// Number 0 is no program.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The entry of a program. Dropping it removes the program from the table.
pub(crate) struct Entry(u64);

impl Entry {
    pub(crate) fn of(program: &Arc<Inbox>) -> Self {
        let program = Arc::downgrade(program);
        // The number is taken under the lock, so the list stays sorted.
        let mut programs = programs();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        programs.push((number, program));
        Self(number)
    }

    pub(crate) fn number(&self) -> u64 {
        self.0
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // The lock ends before the program may be dropped.
        let _removed = {
            let mut programs = programs();
            let place = programs.binary_search_by_key(&self.0, |(number, _)| *number);
            place.ok().map(|place| programs.remove(place))
        };
    }
}

/// Finds a program that has not ended.
pub(crate) fn find(program: u64) -> Option<Arc<Inbox>> {
    if program == 0 {
        return None;
    }
    let programs = programs();
    let place = programs.binary_search_by_key(&program, |(number, _)| *number).ok()?;
    programs[place].1.upgrade()
}

fn programs() -> MutexGuard<'static, Vec<(u64, Weak<Inbox>)>> {
    PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner)
}

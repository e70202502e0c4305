//! The effects of one owner that have a key: groups of tasks that end together, and delayed actions.

use std::rc::Rc;
use std::time::Duration;

use rally_core::effect::{Actions, Delays, Key, Timing};

use super::Tasks;

/// The effects with a key. The keys are those of one owner.
#[derive(Default)]
pub(super) struct Keyed {
    groups: Vec<Group>,
    delays: Delays,
}

/// The tasks of the effects with the same keys.
struct Group {
    keys: Vec<Key>,
    tasks: Rc<Tasks>,
}

impl Group {
    /// Returns `true` if nothing runs in the group, and no call waits for it.
    fn is_over(&self) -> bool {
        let is_held = Rc::strong_count(&self.tasks) > 1 || Rc::weak_count(&self.tasks) > 0;
        !is_held && self.tasks.is_idle()
    }
}

impl Tasks {
    /// Returns the tasks of the effects with these keys: part of the owner's tasks, all of them if
    /// there are no keys.
    pub fn group(self: &Rc<Self>, keys: &[Key]) -> Rc<Self> {
        if keys.is_empty() {
            return self.clone();
        }
        let groups = &mut self.keyed.borrow_mut().groups;
        if let Some(group) = groups.iter().find(|group| group.keys == keys) {
            return group.tasks.clone();
        }
        if groups.len() == groups.capacity() {
            groups.retain(|group| !group.is_over());
        }
        let tasks = Rc::new(Self::new(self.clock.clone()));
        groups.push(Group { keys: keys.to_vec(), tasks: tasks.clone() });
        tasks
    }

    /// Ends the tasks of this key, and forgets its delayed actions.
    pub fn cancel(&self, key: &Key) {
        let mut keyed = self.keyed.borrow_mut();
        let ended = keyed.groups.extract_if(.., |group| group.keys.contains(key));
        let ended: Vec<_> = ended.collect();
        let delayed = keyed.delays.cancel(key);
        // The borrow ends before anything is dropped: that may run code of the app.
        drop(keyed);
        drop((ended, delayed));
    }

    /// Returns the actions if they start now. Otherwise, [`Self::take_due`] returns them later.
    pub fn delay(
        &self,
        keys: &[Key],
        key: &Key,
        timing: Timing,
        actions: Actions,
    ) -> Option<Actions> {
        let now = self.clock.now();
        let delays = || self.keyed.borrow_mut();
        match timing {
            Timing::Cancellable => Some(actions),
            Timing::Throttle(interval) => {
                delays().delays.throttle(now, interval, keys, key.clone(), actions)
            }
            Timing::Debounce(delay) => {
                self.cancel(key);
                let due = now.saturating_add(delay);
                delays().delays.debounce(due, keys, key.clone(), actions);
                None
            }
        }
    }

    /// Removes the navigations from the delayed actions.
    pub fn forget_navigations(&self) {
        self.keyed.borrow_mut().delays.forget_navigations();
    }

    /// Removes and returns delayed actions that are due, with their keys.
    pub fn take_due(&self) -> Option<(Vec<Key>, Actions)> {
        self.keyed.borrow_mut().delays.take_due(self.clock.now())
    }

    /// Returns the time after which the caller must call [`Self::take_due`]. `None` if nothing
    /// waits, or if the caller has set an earlier timer.
    pub fn set_delay_timer(&self) -> Option<Duration> {
        let due = self.keyed.borrow_mut().delays.set_timer()?;
        Some(due.saturating_sub(self.clock.now()))
    }
}

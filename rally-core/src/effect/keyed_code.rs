//! The execution of effects with a key: groups of tasks that end together, and delayed actions.
//!
//! A runtime gets to this code only by the actions that contain it. So an app without such effects
//! has none of it, which every browser would load.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::{Actions, Delays, Key, Timing};

/// The program whose effects are executed, as its runtime implements it.
pub trait KeyedHost {
    /// Returns the time since any fixed moment.
    fn now(&self) -> Duration;

    /// Returns the place for the state of the program's effects with a key.
    fn state(&self) -> &RefCell<Option<Box<dyn KeyedState>>>;

    /// Makes an empty group of tasks. Dropping it ends its tasks.
    fn new_group(&self) -> Rc<dyn TaskGroup>;

    /// Starts the actions of a group now.
    fn start(&self, keyed: KeyedActions);

    /// Calls `due` after a delay, and starts the actions that it returns, until it returns `None` or
    /// the program ends.
    fn after(&self, delay: Duration, due: fn(&dyn KeyedHost) -> Option<KeyedActions>);

    /// Called when tasks have been cancelled.
    fn cancelled(&self);
}

/// The tasks of effects with the same keys.
pub trait TaskGroup: Any {
    /// Returns `true` if all tasks have completed.
    fn is_idle(&self) -> bool;
}

/// Actions with all of their keys.
pub struct KeyedActions {
    /// The keys, the outermost first.
    pub keys: Vec<Key>,
    /// The tasks of the keys.
    pub group: Rc<dyn TaskGroup>,
    /// The actions.
    pub actions: Actions,
}

/// The state of a program's effects with a key.
pub trait KeyedState {
    /// Removes the navigations from the delayed actions.
    fn forget_navigations(&mut self);

    /// Returns the state with its type. The client has it as a trait object, so that it does not
    /// contain the code.
    fn as_keyed(&mut self) -> &mut Keyed;
}

/// The effects with a key. The keys are those of one program.
#[derive(Default)]
pub struct Keyed {
    groups: Vec<(Vec<Key>, Rc<dyn TaskGroup>)>,
    delays: Delays,
}

impl KeyedState for Keyed {
    fn forget_navigations(&mut self) {
        self.delays.forget_navigations();
    }

    fn as_keyed(&mut self) -> &mut Keyed {
        self
    }
}

/// The code that executes an action with a key.
pub struct KeyedCode {
    start: fn(&dyn KeyedHost, &[Key], &Key, Timing, Actions),
    cancel: fn(&dyn KeyedHost, &Key),
}

impl KeyedCode {
    pub(super) const EXECUTE: Self = Self { start, cancel };

    /// Executes [`Action::Keyed`](super::Action::Keyed). `around` are the keys of the actions that
    /// contain it.
    pub fn start(
        &self,
        host: &dyn KeyedHost,
        around: &[Key],
        key: &Key,
        timing: Timing,
        actions: Actions,
    ) {
        (self.start)(host, around, key, timing, actions);
    }

    /// Executes [`Action::Cancel`](super::Action::Cancel).
    pub fn cancel(&self, host: &dyn KeyedHost, key: &Key) {
        (self.cancel)(host, key);
    }
}

fn start(host: &dyn KeyedHost, around: &[Key], key: &Key, timing: Timing, actions: Actions) {
    let now = host.now();
    let at_once = match timing {
        Timing::Cancellable => Some(actions),
        Timing::Throttle(interval) => {
            with(host, |it| it.delays.throttle(now, interval, around, key.clone(), actions))
        }
        Timing::Debounce(delay) => {
            end_tasks(host, key);
            let due = now.saturating_add(delay);
            with(host, |it| it.delays.debounce(due, around, key.clone(), actions));
            None
        }
    };
    match at_once {
        Some(actions) => {
            host.start(grouped(host, [around, std::slice::from_ref(key)].concat(), actions))
        }
        // A debounced effect has cancelled the one before. A throttled one that waits has cancelled
        // nothing, so the call does nothing.
        None => host.cancelled(),
    }
    set_timer(host);
}

fn cancel(host: &dyn KeyedHost, key: &Key) {
    end_tasks(host, key);
    host.cancelled();
}

/// Ends the tasks of a key, and forgets its delayed actions.
fn end_tasks(host: &dyn KeyedHost, key: &Key) {
    // The borrow ends before anything is dropped: that may run code of the app.
    let _ended = with(host, |it| {
        let ended = it.groups.extract_if(.., |(keys, _)| keys.contains(key));
        (ended.collect::<Vec<_>>(), it.delays.cancel(key))
    });
}

fn grouped(host: &dyn KeyedHost, keys: Vec<Key>, actions: Actions) -> KeyedActions {
    let group = with(host, |it| {
        if let Some((_, group)) = it.groups.iter().find(|(known, _)| *known == keys) {
            return group.clone();
        }
        if it.groups.len() == it.groups.capacity() {
            // A group may have calls that wait for their replies.
            let is_held = |group: &Rc<_>| Rc::strong_count(group) > 1 || Rc::weak_count(group) > 0;
            it.groups.retain(|(_, group)| is_held(group) || !group.is_idle());
        }
        let group = host.new_group();
        it.groups.push((keys.clone(), group.clone()));
        group
    });
    KeyedActions { keys, group, actions }
}

fn set_timer(host: &dyn KeyedHost) {
    if let Some(due) = with(host, |it| it.delays.set_timer()) {
        host.after(due.saturating_sub(host.now()), take_due);
    }
}

fn take_due(host: &dyn KeyedHost) -> Option<KeyedActions> {
    let due = with(host, |it| it.delays.take_due(host.now()));
    match due {
        Some((keys, actions)) => Some(grouped(host, keys, actions)),
        None => {
            set_timer(host);
            None
        }
    }
}

fn with<R>(host: &dyn KeyedHost, f: impl FnOnce(&mut Keyed) -> R) -> R {
    let state = &mut *host.state().borrow_mut();
    f(state.get_or_insert_with(|| Box::<Keyed>::default()).as_keyed())
}

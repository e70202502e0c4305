//! The effects of one program that start later: debounced and throttled ones. No I/O.

use std::time::Duration;

use super::{Action, Actions, Key};
use crate::running::visit;

/// The debounced and throttled effects of one program. The methods return the actions that are due,
/// and the caller starts them. Times are durations since any fixed moment.
#[derive(Default)]
pub struct Delays {
    /// At most one for each key.
    waiting: Vec<Delay>,
    wakes_at: Option<Duration>,
}

struct Delay {
    key: Key,
    /// The visit in which the effect was returned.
    visit: u32,
    /// The keys that the effect has besides.
    around: Vec<Key>,
    due: Duration,
    /// `None` for a throttled effect if no other has followed within the interval.
    actions: Option<Actions>,
    /// The interval of a throttled effect.
    interval: Option<Duration>,
}

impl Delays {
    /// Starts a delay, in place of any other with this key.
    pub fn debounce(&mut self, due: Duration, around: &[Key], key: Key, actions: Actions) {
        self.waiting.retain(|delay| delay.key != key);
        let (around, actions) = (around.to_vec(), Some(actions));
        let visit = visit::handled();
        self.waiting.push(Delay { visit, key, around, due, actions, interval: None });
    }

    /// Returns the actions if they are to start now. If an interval of this key is running, stores
    /// them until its end.
    pub fn throttle(
        &mut self,
        now: Duration,
        interval: Duration,
        around: &[Key],
        key: Key,
        actions: Actions,
    ) -> Option<Actions> {
        let visit = visit::handled();
        let running = self.waiting.iter_mut().find(|it| it.key == key && it.interval.is_some());
        if let Some(running) = running {
            running.actions = Some(actions);
            running.around = around.to_vec();
            running.visit = visit;
            return None;
        }
        let (around, due) = (around.to_vec(), now.saturating_add(interval));
        let interval = Some(interval);
        self.waiting.push(Delay { visit, key, around, due, actions: None, interval });
        Some(actions)
    }

    /// Forgets the delays and intervals with this key.
    ///
    /// Returns what they held, because dropping it may run code of the app.
    pub fn cancel(&mut self, key: &Key) -> Vec<Actions> {
        let is_it = |delay: &mut Delay| delay.key == *key || delay.around.contains(key);
        self.waiting.extract_if(.., is_it).filter_map(|delay| delay.actions).collect()
    }

    /// Removes the navigations from all waiting actions, because a newer one has started.
    pub fn forget_navigations(&mut self) {
        self.waiting.iter_mut().filter_map(|delay| delay.actions.as_mut()).for_each(forget);
    }

    /// Removes and returns the actions that are due, with their keys. They belong to the visit
    /// in which they were returned. `None` if none are.
    pub fn take_due(&mut self, now: Duration) -> Option<(Vec<Key>, Actions)> {
        self.wakes_at = self.wakes_at.filter(|wakes_at| *wakes_at > now);
        loop {
            let due = |delay: &Delay| delay.due;
            let (place, _) =
                self.waiting.iter().map(due).enumerate().min_by_key(|(_, due)| *due)?;
            if self.waiting[place].due > now {
                return None;
            }
            let mut delay = self.waiting.remove(place);
            // The interval of a throttled effect has ended without another.
            let Some(actions) = delay.actions.take() else { continue };
            visit::set(delay.visit);
            let mut keys = delay.around.clone();
            match delay.interval {
                Some(interval) => {
                    delay.due = now.saturating_add(interval);
                    self.waiting.push(delay);
                }
                // The next effect of the key cancels also the running one.
                None => keys.push(delay.key),
            }
            return Some((keys, actions));
        }
    }

    /// Returns the time of the next call of [`Self::take_due`]; `None` if nothing waits.
    pub fn next_due(&self) -> Option<Duration> {
        self.waiting.iter().map(|delay| delay.due).min()
    }

    /// Returns the time at which the caller must call [`Self::take_due`], and records that a timer is
    /// set for it. `None` if nothing waits, or if the current timer is early enough.
    pub fn set_timer(&mut self) -> Option<Duration> {
        let due = self.next_due()?;
        if self.wakes_at.is_some_and(|wakes_at| wakes_at <= due) {
            return None;
        }
        self.wakes_at = Some(due);
        Some(due)
    }
}

fn forget(actions: &mut Actions) {
    actions.retain_mut(|action| match action {
        Action::Navigate(_) | Action::SetUrl(_) => false,
        Action::Keyed(_, _, actions, _) => {
            forget(actions);
            true
        }
        _ => true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{Effect, History};

    const SECOND: Duration = Duration::from_secs(1);

    fn actions(name: &str) -> Actions {
        Effect::<()>::store(name, None).into_actions(|()| ())
    }

    /// The due actions, as `keys name`.
    fn due(delays: &mut Delays, now: Duration) -> Vec<String> {
        let mut all = Vec::new();
        while let Some((keys, actions)) = delays.take_due(now) {
            let [Action::Store(name, _)] = &actions[..] else { panic!("one action per effect") };
            all.push(format!("{} {name}", keys.join("+")).trim().to_owned());
        }
        all
    }

    #[test]
    fn only_the_last_debounced_effect_of_a_key_starts() {
        let delays = &mut Delays::default();
        delays.debounce(SECOND, &[], "a".into(), actions("1"));
        delays.debounce(SECOND * 2, &["around".into()], "a".into(), actions("2"));
        delays.debounce(SECOND, &[], "b".into(), actions("3"));
        assert_eq!(due(delays, SECOND), ["b 3"]);
        assert_eq!(due(delays, SECOND * 2), ["around+a 2"]);
        assert_eq!((due(delays, SECOND * 9), delays.next_due()), (vec![], None));
    }

    #[test]
    fn a_throttled_effect_starts_at_once_and_the_last_at_the_end_of_the_interval() {
        let delays = &mut Delays::default();
        let throttle = |delays: &mut Delays, now, name| {
            delays.throttle(now, SECOND, &[], "a".into(), actions(name)).is_some()
        };
        assert!(throttle(delays, Duration::ZERO, "1"));
        assert!(!throttle(delays, SECOND / 2, "2"));
        assert!(!throttle(delays, SECOND / 2, "3"));
        assert_eq!(due(delays, SECOND), ["3"]);
        // The end has begun another interval.
        assert!(!throttle(delays, SECOND, "4"));
        assert_eq!(due(delays, SECOND * 2), ["4"]);
        assert_eq!(due(delays, SECOND * 3), [""; 0]);
        assert!(throttle(delays, SECOND * 3, "5"));
    }

    #[test]
    fn a_cancelled_effect_does_not_start() {
        let delays = &mut Delays::default();
        delays.debounce(SECOND, &[], "a".into(), actions("1"));
        delays.debounce(SECOND, &["a".into()], "b".into(), actions("2"));
        delays.debounce(SECOND, &[], "c".into(), actions("3"));
        assert!(delays.throttle(SECOND, SECOND, &[], "d".into(), actions("4")).is_some());
        assert_eq!(delays.cancel(&"a".into()).len(), 2);
        assert!(delays.cancel(&"d".into()).is_empty());
        assert!(delays.throttle(SECOND, SECOND, &[], "d".into(), actions("5")).is_some());
        assert_eq!(due(delays, SECOND), ["c 3"]);
    }

    #[test]
    fn a_newer_navigation_replaces_those_that_wait() {
        let delays = &mut Delays::default();
        let go = || Effect::<()>::navigate_to("/", History::Push);
        let effect = Effect::batch([go(), go().cancellable("b"), Effect::stay()]);
        delays.debounce(SECOND, &[], "a".into(), effect.into_actions(|()| ()));
        delays.forget_navigations();
        let (_, actions) = delays.take_due(SECOND).unwrap();
        assert_eq!(format!("{actions:?}"), r#"[Cancellable("b", []), Stay]"#);
    }

    #[test]
    fn one_timer_is_set_for_the_earliest_delay() {
        let delays = &mut Delays::default();
        assert_eq!(delays.set_timer(), None);
        delays.debounce(SECOND, &[], "a".into(), actions("1"));
        assert_eq!((delays.set_timer(), delays.set_timer()), (Some(SECOND), None));
        delays.debounce(SECOND * 2, &[], "a".into(), actions("2"));
        assert_eq!(delays.set_timer(), None, "the current timer fires first");
        assert_eq!(due(delays, SECOND), [""; 0]);
        assert_eq!(delays.set_timer(), Some(SECOND * 2));
    }
}

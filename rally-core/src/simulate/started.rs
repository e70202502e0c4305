//! The effects of a simulated page that have started and not ended.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::call::Outcome;
use crate::effect::{Action, Actions, CallRequest, Delays, Each, Key, Then, Timing};
use crate::http::{HttpRequest, HttpResult};

/// The started effects, each with its keys.
#[derive(Default)]
pub(super) struct Started {
    pub(super) calls: Waiting<CallRequest, Outcome>,
    pub(super) requests: Waiting<HttpRequest, HttpResult>,
    pub(super) copies: Waiting<String, bool>,
    /// Reads of keys of the local storage.
    pub(super) reads: Waiting<String, Option<String>>,
    pub(super) listeners: Vec<Keyed<StorageListener>>,
    pub(super) after_render: Vec<Keyed<Then<(), ()>>>,
    /// Tasks and streams.
    pub(super) running: Vec<Keyed<Action<()>>>,
    timers: Vec<Keyed<Timer>>,
    delays: Delays,
}

/// Requests of one kind that the test has not answered, the oldest first.
type Waiting<Request, Answer> = VecDeque<Keyed<(Request, Then<Answer, ()>)>>;

/// A key of the local storage, and the function to call with each new value.
pub(super) type StorageListener = (String, Each<Option<String>, ()>);

/// A value with the keys of its effect.
pub(super) struct Keyed<T> {
    keys: Vec<Key>,
    pub(super) value: T,
}

struct Timer {
    due: Duration,
    fire: TimerEffect,
}

enum TimerEffect {
    Once(Then<(), ()>),
    Every(Duration, Each<(), ()>),
}

/// Something that happens at a time.
pub(super) enum DueEvent {
    /// A timer has sent its message.
    Timer,
    /// Actions that were delayed start.
    Actions(Vec<Key>, Actions),
}

pub(super) fn keyed<T>(keys: &[Key], value: T) -> Keyed<T> {
    Keyed { keys: keys.to_vec(), value }
}

impl Started {
    pub(super) fn after(&mut self, due: Duration, keys: &[Key], fire: Then<(), ()>) {
        self.timers.push(keyed(keys, Timer { due, fire: TimerEffect::Once(fire) }));
    }

    pub(super) fn every(
        &mut self,
        now: Duration,
        keys: &[Key],
        interval: Duration,
        fire: Each<(), ()>,
    ) {
        // With an interval of zero, `advance` would never return.
        let interval = interval.max(Duration::from_millis(1));
        let due = now.saturating_add(interval);
        self.timers.push(keyed(keys, Timer { due, fire: TimerEffect::Every(interval, fire) }));
    }

    /// Returns the actions if they start now.
    pub(super) fn delay(
        &mut self,
        now: Duration,
        keys: &[Key],
        key: Key,
        timing: Timing,
        actions: Actions,
    ) -> Option<Actions> {
        match timing {
            Timing::Cancellable => Some(actions),
            Timing::Throttle(interval) => self.delays.throttle(now, interval, keys, key, actions),
            Timing::Debounce(delay) => {
                self.cancel(&key);
                self.delays.debounce(now.saturating_add(delay), keys, key, actions);
                None
            }
        }
    }

    pub(super) fn cancel(&mut self, key: &Key) {
        self.delays.cancel(key);
        self.calls.retain(|it| !it.keys.contains(key));
        self.requests.retain(|it| !it.keys.contains(key));
        self.copies.retain(|it| !it.keys.contains(key));
        self.reads.retain(|it| !it.keys.contains(key));
        self.listeners.retain(|it| !it.keys.contains(key));
        self.after_render.retain(|it| !it.keys.contains(key));
        self.running.retain(|it| !it.keys.contains(key));
        self.timers.retain(|it| !it.keys.contains(key));
    }

    /// Returns the time of the next event.
    pub(super) fn next_due(&self) -> Option<Duration> {
        let timers = self.timers.iter().map(|timer| timer.value.due);
        timers.chain(self.delays.next_due()).min()
    }

    /// Lets the next event of this time happen.
    pub(super) fn fire(&mut self, now: Duration) -> Option<DueEvent> {
        if let Some((keys, actions)) = self.delays.take_due(now) {
            return Some(DueEvent::Actions(keys, actions));
        }
        let due = |(_, timer): &(usize, &Keyed<Timer>)| timer.value.due;
        let (next, timer) = self.timers.iter().enumerate().min_by_key(due)?;
        if timer.value.due > now {
            return None;
        }
        let Keyed { keys, value } = self.timers.remove(next);
        match value.fire {
            TimerEffect::Once(fire) => fire(()),
            TimerEffect::Every(interval, mut fire) => {
                fire(());
                self.every(now, &keys, interval, fire);
            }
        }
        Some(DueEvent::Timer)
    }

    /// Polls each task and stream once. Returns `true` if any made progress.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let mut progress = false;
        self.running.retain_mut(|action| {
            let state = match &mut action.value {
                Action::Task(task) | Action::Run(task) => task.as_mut().poll(cx).map(|()| None),
                Action::Stream(stream) => stream.as_mut().poll_next(cx),
                _ => Poll::Ready(None),
            };
            progress |= state.is_ready();
            !matches!(state, Poll::Ready(None))
        });
        progress
    }
}

//! Staleness: what follows once the server turns out to run another version of
//! the app. No I/O.

/// Whether this build is out of date, and what to do about it.
///
/// The document is loaded anew by itself, but only when nothing is lost by it,
/// and never twice for the same reason: a tab that gets the old build again
/// must not load it for ever.
#[derive(Default)]
pub struct Outdated {
    state: State,
    /// The document is about to end: another one was asked for.
    leaving: bool,
    /// The visitor has typed something since this page was shown.
    edited: bool,
    /// The page asked to be left as it is.
    stays: bool,
    /// The visitor is told.
    told: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// As far as is known, the server runs this build.
    #[default]
    Current,
    /// The document has to be loaded anew.
    Due,
    /// That was in vain, or cannot be told from it: the visitor decides.
    Futile,
}

/// What the rest of the app says at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The connection stands, so there is a server to load a document from.
    pub connected: bool,
    /// A request waits for its reply, or a ping.
    pub waiting: bool,
    /// The page would lose something.
    pub dirty: bool,
}

/// What the shell has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Load the document anew.
    Reload,
    /// Tell the visitor.
    Tell,
    /// There is no reason any more to tell the visitor.
    Untell,
}

impl Outdated {
    /// Whether anything was stale so far.
    pub fn is_outdated(&self) -> bool {
        self.state != State::Current
    }

    /// A call was stale. `first` is asked whether no earlier document of this
    /// tab has found the same, and remembers it for the next one.
    pub fn found(&mut self, first: impl FnOnce() -> bool) {
        self.state = match self.state {
            State::Current if first() => State::Due,
            State::Due if !self.leaving => State::Due,
            _ => {
                // It may be that it was to end, and the visitor has kept it.
                self.kept();
                State::Futile
            }
        };
    }

    /// The visitor has changed a field of the page.
    pub fn edited(&mut self) {
        self.edited = true;
    }

    /// The page asks to be left as it is.
    pub fn stay(&mut self) {
        self.stays = true;
    }

    /// Another page is shown.
    pub fn shown(&mut self) {
        self.edited = false;
        self.stays = false;
    }

    /// Another document is being loaded, which must not be hindered.
    pub fn leaving(&mut self) {
        self.leaving = true;
    }

    /// The document has not ended after all.
    pub fn kept(&mut self) {
        self.leaving = false;
    }

    /// The page asks for its document to be loaded anew, whatever is lost.
    pub fn insist(&mut self) -> Option<Action> {
        if self.state == State::Futile {
            self.stays = false;
            return None;
        }
        self.leaving = true;
        Some(Action::Reload)
    }

    /// Something may have changed: what to do now.
    pub fn step(&mut self, moment: Moment) -> Option<Action> {
        if self.leaving {
            return None;
        }
        let safe = moment.connected && !moment.waiting && !moment.dirty;
        if self.state == State::Due && safe && !self.edited && !self.stays {
            self.leaving = true;
            return Some(Action::Reload);
        }
        // Without a connection there is another notice, and nothing to load.
        let tell = self.is_outdated() && moment.connected && !self.stays;
        if tell == self.told {
            return None;
        }
        self.told = tell;
        Some(if tell { Action::Tell } else { Action::Untell })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SAFE: Moment = Moment { connected: true, waiting: false, dirty: false };
    const BUSY: Moment = Moment { waiting: true, ..SAFE };

    /// The answers of `found` come from here.
    fn outdated(first: bool) -> Outdated {
        let mut outdated = Outdated::default();
        outdated.found(|| first);
        outdated
    }

    #[test]
    fn what_is_done_follows_from_state_and_moment_alone() {
        for bits in 0..32 {
            let [connected, waiting, dirty, edited, stays] =
                [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let moment = Moment { connected, waiting, dirty };
            let tell = (connected && !stays).then_some(Action::Tell);
            let safe = connected && !waiting && !dirty && !edited && !stays;
            let due = if safe { Some(Action::Reload) } else { tell };
            for (outdated, expected) in
                [(Outdated::default(), None), (outdated(true), due), (outdated(false), tell)]
            {
                let mut outdated = Outdated { edited, stays, ..outdated };
                assert_eq!(outdated.step(moment), expected, "{:?}, {bits:b}", outdated.state);
                assert_eq!(outdated.step(moment), None, "once is enough");
            }
        }
    }

    #[test]
    fn the_visitor_is_told_while_there_is_something_to_tell() {
        let mut outdated = outdated(true);
        assert_eq!(outdated.step(BUSY), Some(Action::Tell));
        assert_eq!(outdated.step(Moment { connected: false, ..BUSY }), Some(Action::Untell));
        assert_eq!(outdated.step(BUSY), Some(Action::Tell));
        outdated.stay();
        assert_eq!(outdated.step(BUSY), Some(Action::Untell));
        outdated.shown();
        assert_eq!(outdated.step(BUSY), Some(Action::Tell));
        assert_eq!(outdated.step(SAFE), Some(Action::Reload));
    }

    #[test]
    fn another_page_has_nothing_typed_and_has_not_asked_to_stay() {
        let mut outdated = outdated(true);
        outdated.edited();
        outdated.stay();
        assert_eq!(outdated.step(SAFE), None);
        outdated.shown();
        assert_eq!(outdated.step(SAFE), Some(Action::Reload));
    }

    #[test]
    fn a_page_that_insists_gets_what_it_asks_for_unless_it_was_in_vain() {
        for mut outdated in [Outdated::default(), outdated(true)] {
            outdated.edited();
            outdated.stay();
            assert_eq!(outdated.insist(), Some(Action::Reload));
        }
        let mut futile = outdated(false);
        futile.stay();
        assert_eq!((futile.insist(), futile.step(SAFE)), (None, Some(Action::Tell)));
    }

    #[test]
    fn a_document_on_its_way_is_not_hindered() {
        let mut outdated = Outdated::default();
        outdated.leaving();
        outdated.found(|| true);
        assert_eq!(outdated.step(SAFE), None);
        outdated.kept();
        assert_eq!(outdated.step(SAFE), Some(Action::Reload));
    }

    #[test]
    fn a_document_that_was_kept_by_the_visitor_is_his_to_load() {
        let mut outdated = outdated(true);
        assert_eq!(outdated.step(SAFE), Some(Action::Reload));
        outdated.found(|| unreachable!("the reason is known"));
        assert_eq!(outdated.step(SAFE), Some(Action::Tell));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Found(u8),
        Change(fn(&mut Outdated)),
        Insist,
        Look(Moment),
    }

    fn event() -> impl Strategy<Value = Event> {
        let changes: [fn(&mut Outdated); 5] =
            [Outdated::edited, Outdated::stay, Outdated::shown, Outdated::leaving, Outdated::kept];
        let moment = any::<[bool; 3]>().prop_map(|[connected, waiting, dirty]| Moment {
            connected,
            waiting,
            dirty,
        });
        prop_oneof![
            3 => (0..4_u8).prop_map(Event::Found),
            4 => prop::sample::select(changes.to_vec()).prop_map(Event::Change),
            1 => Just(Event::Insist),
            3 => moment.prop_map(Event::Look),
            3 => Just(Event::Look(SAFE)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Every document of the tab runs the same old build.
        #[test]
        fn no_tab_loads_documents_for_ever(events in prop::collection::vec(event(), 0..80)) {
            let (mut memory, mut reloads) = (BTreeSet::new(), 0);
            let mut outdated = Outdated::default();
            for event in events {
                let was_outdated = outdated.is_outdated();
                let mut action = None;
                match event {
                    Event::Found(call) => outdated.found(|| memory.insert(call)),
                    Event::Change(change) => change(&mut outdated),
                    Event::Insist => action = outdated.insist(),
                    Event::Look(moment) => {
                        action = outdated.step(moment);
                        prop_assert!(was_outdated || action.is_none());
                        prop_assert!(action != Some(Action::Reload) || moment == SAFE);
                    }
                }
                if action == Some(Action::Reload) {
                    outdated = Outdated::default();
                    reloads += usize::from(was_outdated);
                }
                prop_assert!(reloads <= memory.len());
            }
        }
    }
}

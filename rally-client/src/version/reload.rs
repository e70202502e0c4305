//! Reloading: when the document is loaded anew, because the server runs another version of
//! the app or the session is another one. No I/O.

use super::outdated::Outdated;

/// Whether the document has to be loaded anew, and when.
///
/// The document is loaded anew by itself, but only when nothing is lost by it,
/// and never twice for the same reason: a tab that gets the old build again
/// must not load it for ever.
#[derive(Default)]
pub struct Reload {
    outdated: Outdated,
    /// The browser has another session than the one that the document was made
    /// for, and with it the client context.
    session_changed: bool,
    /// The document is about to end: another one was asked for.
    leaving: bool,
    /// The visitor has typed something since this page was shown.
    edited: bool,
    /// The page asked to be left as it is.
    stays: bool,
    /// The visitor is told.
    told: bool,
}

/// The state of the rest of the app at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The connection stands, so there is a server to load a document from.
    pub connected: bool,
    /// A request waits for its reply, or a ping.
    pub waiting: bool,
    /// The page would lose something.
    pub dirty: bool,
}

/// A step for the shell to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadAction {
    /// Load the document anew.
    Reload,
    /// Tell the visitor.
    Tell,
    /// There is no reason any more to tell the visitor.
    Untell,
}

impl Reload {
    /// Whether anything was stale so far.
    pub fn is_outdated(&self) -> bool {
        self.outdated != Outdated::Current
    }

    /// Whether another page has to come with a document of its own, so that
    /// the app is of the server's version from there on, or the client context
    /// of the session.
    pub fn needs_document(&self, connected: bool) -> bool {
        (self.is_outdated() && connected) || self.session_changed
    }

    /// A call or page turned out to be of another build than the server's. `is_new` is
    /// asked whether no earlier document of this tab has found the same, and
    /// remembers it for the next one.
    pub fn found(&mut self, is_new: impl FnOnce() -> bool) {
        self.outdated.found(self.leaving, is_new);
        if self.outdated == Outdated::Futile {
            // It may be that it was to end, and the visitor has kept it.
            self.kept();
        }
    }

    /// The browser has another session from here on.
    pub fn session_changed(&mut self) {
        self.session_changed = true;
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
    pub fn insist(&mut self) -> Option<ReloadAction> {
        if self.outdated == Outdated::Futile {
            self.stays = false;
            return None;
        }
        self.leaving = true;
        Some(ReloadAction::Reload)
    }

    /// Something may have changed: what to do now.
    pub fn step(&mut self, moment: Moment) -> Option<ReloadAction> {
        if self.leaving {
            return None;
        }
        let safe = moment.connected && !moment.waiting && !moment.dirty;
        if self.outdated == Outdated::Due && safe && !self.edited && !self.stays {
            self.leaving = true;
            return Some(ReloadAction::Reload);
        }
        // Without a connection there is another notice, and nothing to load.
        let tell = self.is_outdated() && moment.connected && !self.stays;
        if tell == self.told {
            return None;
        }
        self.told = tell;
        Some(if tell { ReloadAction::Tell } else { ReloadAction::Untell })
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
    fn outdated(is_new: bool) -> Reload {
        let mut reload = Reload::default();
        reload.found(|| is_new);
        reload
    }

    #[test]
    fn what_is_done_follows_from_state_and_moment_alone() {
        for bits in 0..32 {
            let [connected, waiting, dirty, edited, stays] =
                [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let moment = Moment { connected, waiting, dirty };
            let tell = (connected && !stays).then_some(ReloadAction::Tell);
            let safe = connected && !waiting && !dirty && !edited && !stays;
            let due = if safe { Some(ReloadAction::Reload) } else { tell };
            for (reload, expected) in
                [(Reload::default(), None), (outdated(true), due), (outdated(false), tell)]
            {
                let mut reload = Reload { edited, stays, ..reload };
                assert_eq!(reload.step(moment), expected, "{:?}, {bits:b}", reload.outdated);
                assert_eq!(reload.step(moment), None, "once is enough");
            }
        }
    }

    #[test]
    fn the_visitor_is_told_while_there_is_something_to_tell() {
        let mut reload = outdated(true);
        assert_eq!(reload.step(BUSY), Some(ReloadAction::Tell));
        assert_eq!(reload.step(Moment { connected: false, ..BUSY }), Some(ReloadAction::Untell));
        assert_eq!(reload.step(BUSY), Some(ReloadAction::Tell));
        reload.stay();
        assert_eq!(reload.step(BUSY), Some(ReloadAction::Untell));
        reload.shown();
        assert_eq!(reload.step(BUSY), Some(ReloadAction::Tell));
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn another_page_has_nothing_typed_and_has_not_asked_to_stay() {
        let mut reload = outdated(true);
        reload.edited();
        reload.stay();
        assert_eq!(reload.step(SAFE), None);
        reload.shown();
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn a_page_that_insists_gets_what_it_asks_for_unless_it_was_in_vain() {
        for mut reload in [Reload::default(), outdated(true)] {
            reload.edited();
            reload.stay();
            assert_eq!(reload.insist(), Some(ReloadAction::Reload));
        }
        let mut futile = outdated(false);
        futile.stay();
        assert_eq!((futile.insist(), futile.step(SAFE)), (None, Some(ReloadAction::Tell)));
    }

    #[test]
    fn a_document_on_its_way_is_not_hindered() {
        let mut reload = Reload::default();
        reload.leaving();
        reload.found(|| true);
        assert_eq!(reload.step(SAFE), None);
        reload.kept();
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn a_document_that_was_kept_by_the_visitor_is_his_to_load() {
        let mut reload = outdated(true);
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
        reload.found(|| unreachable!("the reason is known"));
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Tell));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Found(u8),
        Change(fn(&mut Reload)),
        Insist,
        Look(Moment),
    }

    fn event() -> impl Strategy<Value = Event> {
        let changes: [fn(&mut Reload); 5] =
            [Reload::edited, Reload::stay, Reload::shown, Reload::leaving, Reload::kept];
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
            let mut reload = Reload::default();
            for event in events {
                let was_outdated = reload.is_outdated();
                let mut action = None;
                match event {
                    Event::Found(call) => reload.found(|| memory.insert(call)),
                    Event::Change(change) => change(&mut reload),
                    Event::Insist => action = reload.insist(),
                    Event::Look(moment) => {
                        action = reload.step(moment);
                        prop_assert!(was_outdated || action.is_none());
                        prop_assert!(action != Some(ReloadAction::Reload) || moment == SAFE);
                    }
                }
                if action == Some(ReloadAction::Reload) {
                    reload = Reload::default();
                    reloads += usize::from(was_outdated);
                }
                prop_assert!(reloads <= memory.len());
            }
        }
    }
}

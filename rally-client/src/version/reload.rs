//! Reloads of the document after a new version of the app or a change of session. No I/O.

use super::outdated::Outdated;

/// The decision to reload the document. An outdated document is reloaded automatically, but only if
/// nothing is lost, and at most once for each stale call or page: if the tab gets the old build
/// again, it must not reload without end.
#[derive(Default)]
pub struct Reload {
    outdated: Outdated,
    /// `true` if the document and its client context belong to an old session.
    session_changed: bool,
    leaving: bool,
    /// `true` if this document is loading again. The visitor is not asked about that.
    reloading: bool,
    edited: bool,
    opted_out: bool,
    notice_shown: bool,
}

/// State of the other parts of the app that a reload depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReloadConditions {
    /// `true` if the connection is open, so that a document can be loaded.
    pub connected: bool,
    /// `true` if a reply or a pong is pending.
    pub waiting: bool,
    /// `true` if a reload would lose data of the page.
    pub dirty: bool,
}

/// An action for the app to carry out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReloadAction {
    /// Reload the document.
    Reload,
    /// Show the notice that the page is out of date.
    ShowNotice,
    /// Remove the notice.
    HideNotice,
}

impl Reload {
    /// Returns `true` if a call or page was stale.
    pub fn is_outdated(&self) -> bool {
        self.outdated != Outdated::Current
    }

    /// Returns `true` if the next page must be loaded as a document. A document has the server's
    /// version of the app, and the client context of the new session.
    pub fn needs_document(&self, connected: bool) -> bool {
        (self.is_outdated() && connected) || self.session_changed
    }

    /// Records that a call or page was stale: the server runs another build. `is_new` returns
    /// `true` if no earlier document of this tab has found the same call or page stale. `is_new`
    /// must also store this for later documents of the tab.
    pub fn found(&mut self, is_new: impl FnOnce() -> bool) {
        self.outdated.found(self.leaving, is_new);
        if self.outdated == Outdated::VisitorDecides {
            // If a document was loading, the visitor may have stopped the load. So this document is
            // treated as one that stays.
            self.document_kept();
        }
    }

    /// Records that the session has changed.
    pub fn session_changed(&mut self) {
        self.session_changed = true;
    }

    /// Records that the visitor has changed a field of the page. If a document was loading, they have
    /// stopped the load, or have chosen to stay when the browser asked.
    pub fn edited(&mut self) {
        self.edited = true;
        self.document_kept();
    }

    /// Turns off automatic reloads and the notice for the shown page.
    pub fn stay(&mut self) {
        self.opted_out = true;
    }

    /// Resets the state of the page, because another page is shown.
    pub fn shown(&mut self) {
        self.edited = false;
        self.opted_out = false;
    }

    /// Records that another document is loading, so that no reload replaces that load.
    pub fn leaving(&mut self) {
        self.leaving = true;
    }

    /// Returns `true` if this document is loading again.
    pub fn is_reloading(&self) -> bool {
        self.reloading
    }

    /// Records that this document stays: the load of another document has not replaced it.
    pub fn document_kept(&mut self) {
        self.leaving = false;
        self.reloading = false;
    }

    fn reload(&mut self) -> Option<ReloadAction> {
        self.leaving = true;
        self.reloading = true;
        Some(ReloadAction::Reload)
    }

    /// Handles `Effect::reload`: reloads even if data is lost. If a reload would not help, the
    /// visitor gets the notice instead.
    pub fn reload_now(&mut self) -> Option<ReloadAction> {
        if self.outdated == Outdated::VisitorDecides {
            self.opted_out = false;
            return None;
        }
        self.reload()
    }

    /// Returns the action for the current state of the app.
    pub fn step(&mut self, conditions: ReloadConditions) -> Option<ReloadAction> {
        if self.leaving {
            return None;
        }
        let safe = conditions.connected && !conditions.waiting && !conditions.dirty;
        if self.outdated == Outdated::ReloadDue && safe && !self.edited && !self.opted_out {
            return self.reload();
        }
        // Without a connection, a reload would fail, and the notice about the connection is shown
        // instead.
        let show_notice = self.is_outdated() && conditions.connected && !self.opted_out;
        if show_notice == self.notice_shown {
            return None;
        }
        self.notice_shown = show_notice;
        Some(if show_notice { ReloadAction::ShowNotice } else { ReloadAction::HideNotice })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const SAFE: ReloadConditions =
        ReloadConditions { connected: true, waiting: false, dirty: false };
    const BUSY: ReloadConditions = ReloadConditions { waiting: true, ..SAFE };

    fn outdated(is_new: bool) -> Reload {
        let mut reload = Reload::default();
        reload.found(|| is_new);
        reload
    }

    #[test]
    fn an_action_depends_on_the_state_only_and_is_returned_once() {
        for bits in 0..32 {
            let [connected, waiting, dirty, edited, opted_out] =
                [1, 2, 4, 8, 16].map(|bit| bits & bit != 0);
            let conditions = ReloadConditions { connected, waiting, dirty };
            let notice = (connected && !opted_out).then_some(ReloadAction::ShowNotice);
            let safe = connected && !waiting && !dirty && !edited && !opted_out;
            let due = if safe { Some(ReloadAction::Reload) } else { notice };
            for (reload, expected) in
                [(Reload::default(), None), (outdated(true), due), (outdated(false), notice)]
            {
                let mut reload = Reload { edited, opted_out, ..reload };
                assert_eq!(reload.step(conditions), expected, "{:?}, {bits:b}", reload.outdated);
                assert_eq!(reload.step(conditions), None, "an action is returned once");
            }
        }
    }

    #[test]
    fn a_visitor_who_edits_has_not_left() {
        let mut reload = outdated(true);
        reload.leaving();
        assert_eq!(reload.step(SAFE), None);
        reload.edited();
        assert_eq!(reload.step(SAFE), Some(ReloadAction::ShowNotice));
    }

    #[test]
    fn the_notice_is_shown_while_connected_unless_the_page_opts_out() {
        let mut reload = outdated(true);
        assert_eq!(reload.step(BUSY), Some(ReloadAction::ShowNotice));
        assert_eq!(
            reload.step(ReloadConditions { connected: false, ..BUSY }),
            Some(ReloadAction::HideNotice)
        );
        assert_eq!(reload.step(BUSY), Some(ReloadAction::ShowNotice));
        reload.stay();
        assert_eq!(reload.step(BUSY), Some(ReloadAction::HideNotice));
        reload.shown();
        assert_eq!(reload.step(BUSY), Some(ReloadAction::ShowNotice));
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn showing_another_page_resets_edits_and_the_opt_out() {
        let mut reload = outdated(true);
        reload.edited();
        reload.stay();
        assert_eq!(reload.step(SAFE), None);
        reload.shown();
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn a_page_can_force_a_reload_unless_a_reload_did_not_help() {
        for mut reload in [Reload::default(), outdated(true)] {
            reload.edited();
            reload.stay();
            assert_eq!(reload.reload_now(), Some(ReloadAction::Reload));
        }
        let mut reload = outdated(false);
        reload.stay();
        assert_eq!(
            (reload.reload_now(), reload.step(SAFE)),
            (None, Some(ReloadAction::ShowNotice))
        );
    }

    #[test]
    fn a_pending_document_is_not_replaced_by_a_reload() {
        let mut reload = Reload::default();
        reload.leaving();
        reload.found(|| true);
        assert_eq!(reload.step(SAFE), None);
        reload.document_kept();
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
    }

    #[test]
    fn after_the_visitor_stops_a_reload_only_the_notice_is_shown() {
        let mut reload = outdated(true);
        assert_eq!(reload.step(SAFE), Some(ReloadAction::Reload));
        reload.found(|| unreachable!("the build is known to be outdated"));
        assert_eq!(reload.step(SAFE), Some(ReloadAction::ShowNotice));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Found(u8),
        Change(fn(&mut Reload)),
        ReloadNow,
        Step(ReloadConditions),
    }

    fn event() -> impl Strategy<Value = Event> {
        let changes: [fn(&mut Reload); 5] =
            [Reload::edited, Reload::stay, Reload::shown, Reload::leaving, Reload::document_kept];
        let conditions = any::<[bool; 3]>()
            .prop_map(|[connected, waiting, dirty]| ReloadConditions { connected, waiting, dirty });
        prop_oneof![
            3 => (0..4_u8).prop_map(Event::Found),
            4 => prop::sample::select(changes.to_vec()).prop_map(Event::Change),
            1 => Just(Event::ReloadNow),
            3 => conditions.prop_map(Event::Step),
            3 => Just(Event::Step(SAFE)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        // The test assumes that every document of the tab runs the same old build.
        #[test]
        fn a_tab_reloads_at_most_once_for_each_stale_call(
            events in prop::collection::vec(event(), 0..80)
        ) {
            let (mut memory, mut reloads) = (BTreeSet::new(), 0);
            let mut reload = Reload::default();
            for event in events {
                let was_outdated = reload.is_outdated();
                let mut action = None;
                match event {
                    Event::Found(call) => reload.found(|| memory.insert(call)),
                    Event::Change(change) => change(&mut reload),
                    Event::ReloadNow => action = reload.reload_now(),
                    Event::Step(conditions) => {
                        action = reload.step(conditions);
                        prop_assert!(was_outdated || action.is_none());
                        prop_assert!(action != Some(ReloadAction::Reload) || conditions == SAFE);
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

//! Prevention of redirect loops. The only I/O is on the storage of the tab.
//!
//! Requests for documents and the WebSocket should carry the same session cookie. If a proxy
//! removes the cookie from one of the two, the server may send the document of a page but refuse
//! the page on the socket. The client would then load documents without end.

use std::time::Duration;

use rally_core::frame::Refusal;

use crate::platform::Storage;

/// Storage key for the times at which this tab has loaded a document after a refusal or redirect.
const LOADS_KEY: &str = "turned-away";

/// Storage key whose value is not empty if the sign-in page was loaded again after a refusal, and
/// the session has not changed since.
const SIGN_IN_KEY: &str = "signs-in";

/// Maximum number of documents loaded after refusals and redirects within `LIMIT_PERIOD`. A visitor
/// who signs in by hand is slower.
const MAX_LOADS: usize = 3;
const LIMIT_PERIOD: Duration = Duration::from_secs(30);

/// Time after the start of a document load in which a refusal starts no other load.
const LOAD_TIMEOUT: Duration = Duration::from_secs(5);

/// Delay before the client sends `PageShown` again, if the server could not decide about the page,
/// or if a document was loading when the server refused the page.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);

#[derive(Default)]
pub struct RedirectGuard {
    /// Time at which the last document load started.
    last: Option<Duration>,
}

/// The decision after a refusal or a redirect by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedirectDecision {
    /// Load the document.
    Leave,
    /// Wait for the document that is loading already.
    Leaving,
    /// Keep the page: there seems to be a redirect loop, or the tab cannot count its loads.
    Stay,
}

impl RedirectGuard {
    /// If the tab cannot store the time of the load, the page stays, because a loop could not be
    /// detected.
    pub fn decide_refusal(&self, now: Duration, tab: &dyn Storage) -> RedirectDecision {
        let (decision, loads) = self.decide(now, tab.remembered(LOADS_KEY).as_deref());
        match loads {
            Some(loads) if !tab.remember(LOADS_KEY, &loads) => RedirectDecision::Stay,
            _ => decision,
        }
    }

    /// Returns the decision. For `Leave`, also returns the new value for `LOADS_KEY`, which must be
    /// stored before the document is loaded. `stored` is the current value: the times of recent
    /// loads by all documents of this tab.
    fn decide(&self, now: Duration, stored: Option<&str>) -> (RedirectDecision, Option<String>) {
        if self.last.is_some_and(|last| now < last + LOAD_TIMEOUT) {
            return (RedirectDecision::Leaving, None);
        }
        let times = stored.unwrap_or_default().split(' ');
        let times = times.filter_map(|time| time.parse().ok().map(Duration::from_millis));
        // Times in the future are ignored. They are from before the clock was set back.
        let recent = times.filter(|time| *time <= now && now - *time < LIMIT_PERIOD);
        let mut recent: Vec<_> = recent.map(|time| millis(time).to_string()).collect();
        if recent.len() >= MAX_LOADS {
            return (RedirectDecision::Stay, None);
        }
        recent.push(millis(now).to_string());
        (RedirectDecision::Leave, Some(recent.join(" ")))
    }

    pub fn leaving(&mut self, now: Duration) {
        self.last = Some(now);
    }
}

/// Returns whole milliseconds. Printing the `u128` of `as_millis` would add 1 KB of code.
fn millis(time: Duration) -> u64 {
    time.as_secs() * 1000 + u64::from(time.subsec_millis())
}

/// Records a refusal while the sign-in page is shown. Returns `true` for the first one since the
/// session last changed. Returns `false` if the tab cannot store the refusal.
pub fn is_first_sign_in(tab: &dyn Storage) -> bool {
    tab.remembered(SIGN_IN_KEY).is_none_or(|at| at.is_empty()) && tab.remember(SIGN_IN_KEY, "here")
}

pub fn forget_sign_in(tab: &dyn Storage) {
    if tab.remembered(SIGN_IN_KEY).is_some() {
        tab.remember(SIGN_IN_KEY, "");
    }
}

/// The reaction to the server's refusal of the shown page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalAction {
    /// Load the page's document, which explains the refusal.
    Document,
    /// Record that the server runs another build.
    Stale,
    /// Send `PageShown` again later, because the server could not decide.
    Later,
    /// Ignore the refusal.
    Nothing,
}

impl RefusalAction {
    /// Returns the reaction to a refusal.
    pub fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::SignIn { .. }
            | Refusal::Denied
            | Refusal::NotFound
            | Refusal::Redirect { .. }
            | Refusal::OverHttp => Self::Document,
            Refusal::Stale | Refusal::Unknown => Self::Stale,
            Refusal::Busy | Refusal::Internal { .. } => Self::Later,
            Refusal::Malformed { .. } | Refusal::OtherPage | Refusal::TooLarge => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Duration = Duration::from_secs(1_700_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    /// Simulates a new document whose page the server refuses at once. Returns `true` if the client
    /// then loads another document.
    fn document(now: Duration, stored: &mut Option<String>) -> bool {
        let (decision, loads) = RedirectGuard::default().decide(now, stored.as_deref());
        assert_eq!(decision == RedirectDecision::Leave, loads.is_some());
        *stored = loads.or(stored.take());
        decision == RedirectDecision::Leave
    }

    #[test]
    fn a_redirect_loop_ends_after_three_documents() {
        let mut stored = None;
        let left: Vec<_> = (0..6).map(|step| document(NOW + SECOND * step, &mut stored)).collect();
        assert_eq!(left, [true, true, true, false, false, false]);
    }

    #[test]
    fn slow_redirects_are_not_limited() {
        let mut stored = None;
        for step in 0..100 {
            assert!(document(NOW + SECOND * 15 * step, &mut stored), "{step}");
        }
        assert!(stored.unwrap().len() < 50, "old times should be dropped");
    }

    #[test]
    fn a_pending_document_is_not_replaced_before_it_times_out() {
        let mut guard = RedirectGuard::default();
        guard.leaving(NOW);
        let early = NOW + LOAD_TIMEOUT - Duration::from_millis(1);
        assert_eq!(guard.decide(early, None), (RedirectDecision::Leaving, None));
        assert_eq!(guard.decide(NOW + LOAD_TIMEOUT, None).0, RedirectDecision::Leave);
    }

    #[test]
    fn invalid_stored_times_are_ignored() {
        for stored in ["", "x", "-1 1e9 99999999999999999999999999", "9999999999999 9999999999999"]
        {
            let mut stored = Some(stored.to_owned());
            assert!(document(NOW, &mut stored), "{stored:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn at_most_three_documents_are_loaded_within_30_seconds(
            steps in prop::collection::vec(0_u64..20_000, 1..60)
        ) {
            let (mut now, mut stored, mut loads) = (NOW, None, Vec::new());
            for step in steps {
                now += Duration::from_millis(step);
                if document(now, &mut stored) {
                    loads.push(now);
                }
                let recent = loads.iter().filter(|time| now - **time < LIMIT_PERIOD).count();
                prop_assert!(recent <= MAX_LOADS);
            }
        }
    }
}

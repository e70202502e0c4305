//! The guard against circles of documents: when the server does not admit the visitor, its
//! document has to be loaded, but not for ever. No I/O, but for what the tab remembers.

use std::time::Duration;

use rally_core::frame::Refusal;

use crate::platform::Storage;

/// Under which the tab remembers when it was turned away.
const TURNED_AWAY: &str = "turned-away";

/// Under which it remembers that this happened where one signs in.
const SIGNS_IN: &str = "signs-in";

/// How many documents may be loaded for it within [`WITHIN`]: whoever signs in
/// by hand needs longer for one.
const MOST: usize = 3;
const WITHIN: Duration = Duration::from_secs(30);

/// How long a document that was asked for may take to come. Until then it is
/// not hindered: it is for this very refusal, or where the page itself leads
/// after it has signed out.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait before a server that could not tell is asked once more.
pub const ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// When the document was last left.
///
/// Documents and socket should agree about who somebody is. Where they do not,
/// because something on the way takes the cookie off one of them, each document
/// would lead to the next.
#[derive(Default)]
pub struct RedirectGuard {
    last: Option<Duration>,
}

/// The decision about a visitor who is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Load the document.
    Leave,
    /// One is on its way.
    Leaving,
    /// It leads in circles: stay.
    Stay,
}

impl RedirectGuard {
    /// The visitor is turned away: whether to load a document by itself. Where nothing can be
    /// remembered a circle would have no end, so that the page stays.
    pub fn turned_away(&self, now: Duration, tab: &dyn Storage) -> Verdict {
        let (verdict, note) = self.judge(now, tab.remembered(TURNED_AWAY).as_deref());
        match note {
            Some(note) if !tab.remember(TURNED_AWAY, &note) => Verdict::Stay,
            _ => verdict,
        }
    }

    /// The verdict, and what to remember over documents before it is followed. `remembered` is
    /// what the verdict before said to remember, maybe in another document.
    fn judge(&self, now: Duration, remembered: Option<&str>) -> (Verdict, Option<String>) {
        if self.last.is_some_and(|last| now < last + PATIENCE) {
            return (Verdict::Leaving, None);
        }
        let times = remembered.unwrap_or_default().split(' ');
        let times = times.filter_map(|time| time.parse().ok().map(Duration::from_millis));
        // A clock that was set back says nothing.
        let recent = times.filter(|time| *time <= now && now - *time < WITHIN);
        let mut recent: Vec<_> = recent.map(|time| time.as_millis().to_string()).collect();
        if recent.len() >= MOST {
            return (Verdict::Stay, None);
        }
        recent.push(now.as_millis().to_string());
        (Verdict::Leave, Some(recent.join(" ")))
    }

    /// Another document was asked for, for whatever reason.
    pub fn leaving(&mut self, now: Duration) {
        self.last = Some(now);
    }
}

/// Returns whether the sign-in page is refused for the first time since the visitor signed
/// in, and remembers it in the tab.
pub fn is_first_sign_in(tab: &dyn Storage) -> bool {
    tab.remembered(SIGNS_IN).is_none_or(|at| at.is_empty()) && tab.remember(SIGNS_IN, "here")
}

/// The visitor has signed in or out.
pub fn forget_sign_in(tab: &dyn Storage) {
    if tab.remembered(SIGNS_IN).is_some() {
        tab.remember(SIGNS_IN, "");
    }
}

/// The consequence of a refusal to have a page shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalAction {
    /// Its document says why.
    Document,
    /// The server is of another build.
    Stale,
    /// It could not tell: ask again later.
    Later,
    /// There is nothing to be done about it.
    Nothing,
}

impl RefusalAction {
    /// The consequence of this refusal.
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

    /// A document that is turned away as soon as it is there.
    fn document(now: Duration, memory: &mut Option<String>) -> bool {
        let (verdict, note) = RedirectGuard::default().judge(now, memory.as_deref());
        assert_eq!(verdict == Verdict::Leave, note.is_some());
        *memory = note.or(memory.take());
        verdict == Verdict::Leave
    }

    #[test]
    fn a_circle_of_documents_ends_with_the_third() {
        let mut memory = None;
        let left: Vec<_> = (0..6).map(|step| document(NOW + SECOND * step, &mut memory)).collect();
        assert_eq!(left, [true, true, true, false, false, false]);
    }

    #[test]
    fn whoever_takes_his_time_is_led_on_each_time() {
        let mut memory = None;
        for step in 0..100 {
            assert!(document(NOW + SECOND * 15 * step, &mut memory), "{step}");
        }
        assert!(memory.unwrap().len() < 50, "what is old is forgotten");
    }

    #[test]
    fn a_document_on_its_way_is_not_hindered_unless_it_does_not_come() {
        let mut guard = RedirectGuard::default();
        guard.leaving(NOW);
        let soon = NOW + PATIENCE - Duration::from_millis(1);
        assert_eq!(guard.judge(soon, None), (Verdict::Leaving, None));
        assert_eq!(guard.judge(NOW + PATIENCE, None).0, Verdict::Leave);
    }

    #[test]
    fn whatever_is_remembered_is_not_believed() {
        for memory in ["", "x", "-1 1e9 99999999999999999999999999", "9999999999999 9999999999999"]
        {
            let mut memory = Some(memory.to_owned());
            assert!(document(NOW, &mut memory), "{memory:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_half_minute_has_more_documents_than_three(
            steps in prop::collection::vec(0_u64..20_000, 1..60)
        ) {
            let (mut now, mut memory, mut left) = (NOW, None, Vec::new());
            for step in steps {
                now += Duration::from_millis(step);
                if document(now, &mut memory) {
                    left.push(now);
                }
                let recent = left.iter().filter(|time| now - **time < WITHIN).count();
                prop_assert!(recent <= MOST);
            }
        }
    }
}

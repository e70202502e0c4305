//! Being turned away: the server does not admit the visitor, and its document
//! has to be loaded, but not for ever. No I/O.

use std::time::Duration;

use rally_core::frame::Refusal;

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
pub struct TurnedAway {
    last: Option<Duration>,
}

/// What to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Load the document, once this is remembered over documents.
    Leave(String),
    /// One is on its way.
    Leaving,
    /// It leads in circles: stay.
    Stay,
}

impl TurnedAway {
    /// The visitor is turned away. `remembered` is what the verdict before said
    /// to remember, maybe in another document.
    pub fn again(&mut self, now: Duration, remembered: Option<&str>) -> Verdict {
        if self.last.is_some_and(|last| now < last + PATIENCE) {
            return Verdict::Leaving;
        }
        let times = remembered.unwrap_or_default().split(' ');
        let times = times.filter_map(|time| time.parse().ok().map(Duration::from_millis));
        // A clock that was set back says nothing.
        let recent = times.filter(|time| *time <= now && now - *time < WITHIN);
        let mut recent: Vec<_> = recent.map(|time| time.as_millis().to_string()).collect();
        if recent.len() >= MOST {
            return Verdict::Stay;
        }
        recent.push(now.as_millis().to_string());
        Verdict::Leave(recent.join(" "))
    }

    /// Another document was asked for, for whatever reason.
    pub fn leaving(&mut self, now: Duration) {
        self.last = Some(now);
    }
}

/// What follows when the server refuses to have a page shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Its document says why.
    Document,
    /// The server is of another build.
    Stale,
    /// It could not tell: ask again later.
    Later,
    /// There is nothing to be done about it.
    Nothing,
}

/// What follows from a refusal of a page that is shown.
pub fn follows(refusal: &Refusal) -> Refused {
    match refusal {
        Refusal::SignIn { .. }
        | Refusal::Denied
        | Refusal::NotFound
        | Refusal::Redirect { .. }
        | Refusal::OverHttp => Refused::Document,
        Refusal::Stale | Refusal::Unknown => Refused::Stale,
        Refusal::Busy | Refusal::Internal { .. } => Refused::Later,
        Refusal::Malformed { .. } | Refusal::OtherPage | Refusal::TooLarge => Refused::Nothing,
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
        match TurnedAway::default().again(now, memory.as_deref()) {
            Verdict::Leave(note) => {
                *memory = Some(note);
                true
            }
            Verdict::Leaving | Verdict::Stay => false,
        }
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
        let mut turned = TurnedAway::default();
        turned.leaving(NOW);
        let soon = NOW + PATIENCE - Duration::from_millis(1);
        assert_eq!(turned.again(soon, None), Verdict::Leaving);
        assert!(matches!(turned.again(NOW + PATIENCE, None), Verdict::Leave(_)));
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

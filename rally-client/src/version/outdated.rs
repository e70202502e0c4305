//! Whether this build is out of date. No I/O, but for what the tab remembers.

use crate::platform::Storage;

/// The state of this build, as far as is known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outdated {
    /// As far as is known, the server runs this build.
    #[default]
    Current,
    /// The document has to be loaded anew.
    Due,
    /// That was in vain, or cannot be told from it: the visitor decides.
    Futile,
}

impl Outdated {
    /// A call was stale. `is_leaving` says whether another document was asked for already;
    /// `is_new` is asked whether no earlier document of this tab has found the same.
    pub(super) fn found(&mut self, is_leaving: bool, is_new: impl FnOnce() -> bool) {
        *self = match self {
            Self::Current if is_new() => Self::Due,
            Self::Due if !is_leaving => Self::Due,
            _ => Self::Futile,
        };
    }
}

/// Returns whether this tab learns for the first time that a call or page of this name is
/// of another build, and remembers it. Without storage the answer is `false`, so that
/// the tab does not reload for ever.
pub fn is_new_in_tab(tab: &dyn Storage, name: &str, fingerprint: u64) -> bool {
    let key = format!("stale {name} {fingerprint}");
    tab.remembered(&key).is_none() && tab.remember(&key, "")
}

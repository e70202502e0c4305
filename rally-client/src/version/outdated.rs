//! Detection of an outdated build in the browser. The only I/O is on the storage of the tab.

use crate::platform::Storage;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outdated {
    /// No call or page was stale so far.
    #[default]
    Current,
    /// An automatic reload is due.
    ReloadDue,
    /// A reload has not helped, or may not help. The visitor decides when to reload.
    VisitorDecides,
}

impl Outdated {
    /// Records that a call or page was stale. `is_leaving` is `true` if a document is loading
    /// already. `is_new` returns `true` if no earlier document of this tab has found the same call
    /// or page stale.
    pub(super) fn found(&mut self, is_leaving: bool, is_new: impl FnOnce() -> bool) {
        *self = match self {
            Self::Current if is_new() => Self::ReloadDue,
            Self::ReloadDue if !is_leaving => Self::ReloadDue,
            _ => Self::VisitorDecides,
        };
    }
}

/// Stores in the tab that a call or page is stale. Returns `true` the first time. Returns `false`
/// if the tab cannot store it, so that the tab does not reload without end.
pub fn is_new_in_tab(tab: &dyn Storage, name: &str, fingerprint: u64) -> bool {
    let key = format!("stale {name} {fingerprint}");
    tab.remembered(&key).is_none() && tab.remember(&key, "")
}

//! Changes of the URL that keep the shown page.

use std::rc::{Rc, Weak};

use super::{Destination, Navigation, NavigationStep};
use crate::platform::{LocalUrl, Tasks};

/// The decision about a URL that the page sets for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUrl {
    /// Write the URL to the history.
    Write {
        /// `true` if a navigation within the page is pending, which must be given up: it would
        /// overwrite this newer URL.
        gives_up: bool,
    },
    /// The URL belongs to another page. Go there.
    Navigate,
    /// Do nothing.
    Ignore,
}

impl Navigation {
    /// Returns the step that shows the page: the shown page may keep its model.
    pub(super) fn show(&self, to: Destination, data: Vec<u8>) -> NavigationStep {
        match self.is_shown(&to) && self.keeps_model() {
            true => NavigationStep::ChangeUrl(to, data),
            false => NavigationStep::Show(to, data),
        }
    }

    /// Returns `true` if the shown page keeps its model when the parameters of its URL change.
    pub fn keeps_model(&self) -> bool {
        self.current.as_ref().is_some_and(|current| (current.entry.keeps_model)())
    }

    fn is_shown(&self, to: &Destination) -> bool {
        self.current.as_ref().is_some_and(|current| current.entry.name == to.entry.name)
    }

    /// Records that the shown page has another URL (path and query).
    pub fn url_changed(&mut self, path: &str) {
        if let Some(current) = &mut self.current {
            path.clone_into(&mut current.path);
        }
        self.sync.shown();
        self.url_differs = false;
    }

    /// Decides about a URL that the shown page sets for itself.
    pub fn set_url(&self, url: &LocalUrl) -> SetUrl {
        let Some(current) = &self.current else { return SetUrl::Ignore };
        let name = self.pages.find(&url.path).map(|(entry, _)| entry.name);
        if name != Some(current.entry.name) {
            return SetUrl::Navigate;
        }
        // The address bar has the URL of the entry that the visitor has gone back to. The shown
        // page will end.
        if self.url_differs || self.is_current(url) {
            return SetUrl::Ignore;
        }
        let gives_up = self.pending.as_ref().is_some_and(|pending| self.is_shown(&pending.to));
        SetUrl::Write { gives_up }
    }

    /// Records that an effect has started the pending navigation. Cancelling the effect ends the
    /// tasks.
    pub fn started_by(&mut self, tasks: &Rc<Tasks>) {
        if let Some(pending) = &mut self.pending {
            pending.starter = Some(Rc::downgrade(tasks));
        }
    }

    /// Returns `true` if the effect that has started the pending navigation was cancelled.
    pub fn is_cancelled(&self) -> bool {
        let starter = self.pending.as_ref().and_then(|pending| pending.starter.as_ref());
        starter.is_some_and(|tasks| Weak::strong_count(tasks) == 0)
    }
}

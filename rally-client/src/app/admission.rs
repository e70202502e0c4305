//! Whether the server admits the visitor to the page that is shown: it is told
//! which one that is, and what it says is followed.

use std::rc::Rc;

use rally_core::call::Outcome;
use rally_core::effect::History;
use rally_core::frame::{ClientFrame, RequestId};

use super::App;
use crate::navigation::redirect_guard::{ASK_AGAIN_AFTER, Refused, Verdict, follows};
use crate::platform::LocalUrl;

/// Under which the tab remembers when it was turned away.
const TURNED_AWAY: &str = "turned-away";

/// Under which it remembers that this happened where one signs in.
const SIGNS_IN: &str = "signs-in";

impl App {
    /// Tells the server which page is shown. Before any call of that page: the
    /// server judges calls by the page that the connection is on.
    pub(super) fn tell_shown(&self) {
        let current = self.current.borrow();
        let Some(current) = current.as_ref() else { return };
        let (page, url) = (current.entry.name, &current.path);
        // One that is too large would close the socket for every call too.
        if !self.socket.borrow().takes_requests() || self.is_too_large(page, url.len()) {
            return;
        }
        let id = self.calls.borrow_mut().next_id();
        let fingerprint = current.entry.fingerprint;
        self.platform.send(&ClientFrame::Show { id, page, fingerprint, url }.to_bytes());
        self.shown.borrow_mut().asked(id);
    }

    /// The server has answered to what it was told.
    pub(super) fn shown(self: &Rc<Self>, id: RequestId, outcome: &Outcome) {
        let Outcome::Refused(refusal) = outcome else { return };
        match follows(refusal) {
            Refused::Document => self.leave_page(id),
            Refused::Stale => {
                let entry = self.current.borrow().as_ref().map(|current| current.entry);
                if let Some(entry) = entry {
                    self.found_stale(entry.name, entry.fingerprint);
                }
            }
            Refused::Later => self.tell_shown_later(id),
            Refused::Nothing => {}
        }
    }

    /// Loads the document of the page that is shown, which says why it is not
    /// to be shown. Not when another one is on its way here by the back button:
    /// the URL is that one's already, and it ends in a page or a document.
    fn leave_page(self: &Rc<Self>, id: RequestId) {
        let path = self.current.borrow().as_ref().map(|current| current.path.clone());
        let Some(path) = path.filter(|_| !self.astray.get()) else { return };
        let verdict = self.turned_away(|app| {
            app.give_up_navigation();
            app.load_document(&path, History::Replace);
        });
        if verdict == Verdict::Leaving {
            self.tell_shown_later(id);
        }
    }

    fn tell_shown_later(self: &Rc<Self>, id: RequestId) {
        let tasks = self.current.borrow().as_ref().map(|current| current.tasks.clone());
        let Some(tasks) = tasks else { return };
        let app = self.clone();
        tasks.after(ASK_AGAIN_AFTER, move || {
            if app.shown.borrow().is_last(id) {
                app.tell_shown();
            }
        });
    }

    /// Goes where one signs in, at the server's word. Whoever is there already
    /// goes once, for the page may be another one to those who have signed in;
    /// then he stays, with what he types: a layout or context may ask again and
    /// again for what belongs to somebody.
    pub(super) fn go_to_sign_in(&self, url: &str) {
        let is_here = self.platform.local_url(url).is_some_and(|local| self.is_at(&local.path));
        if is_here && !self.is_first_sign_in() {
            return;
        }
        self.turned_away(|app| {
            app.give_up_navigation();
            app.load_document(url, History::Push);
        });
    }

    /// Leaves by itself, if that does not go in circles.
    pub(super) fn turned_away(&self, leave: impl FnOnce(&Self)) -> Verdict {
        let remembered = self.platform.remembered(TURNED_AWAY);
        let now = self.platform.now();
        let verdict = self.turned_away.borrow_mut().again(now, remembered.as_deref());
        match &verdict {
            Verdict::Leave(note) if self.platform.remember(TURNED_AWAY, note) => leave(self),
            Verdict::Leaving => {}
            // Where nothing can be remembered a circle would have no end.
            Verdict::Leave(_) | Verdict::Stay => self.platform.report(
                "the server does not admit the visitor, and its documents lead back here: \
                 the page stays as it is",
            ),
        }
        verdict
    }

    /// Whether the page that is shown has the path of this URL, with whatever query.
    fn is_at(&self, url: &str) -> bool {
        let path = |url: &str| url.split('?').next().map(str::to_owned);
        self.current.borrow().as_ref().is_some_and(|current| path(&current.path) == path(url))
    }

    /// Whether the tab does not remember another one since the visitor signed in.
    fn is_first_sign_in(&self) -> bool {
        self.platform.remembered(SIGNS_IN).is_none_or(|at| at.is_empty())
            && self.platform.remember(SIGNS_IN, "here")
    }

    /// The visitor has signed in or out.
    pub(super) fn forget_sign_in(&self) {
        if self.platform.remembered(SIGNS_IN).is_some() {
            self.platform.remember(SIGNS_IN, "");
        }
    }

    /// Whether a URL is a place on the page that is shown, the browser's to scroll to.
    pub(super) fn is_place(&self, url: &LocalUrl) -> bool {
        self.is_current(url) && !url.fragment.is_empty()
    }
}

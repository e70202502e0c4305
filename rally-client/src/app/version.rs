//! The app's version: a call that is stale, and the document that is loaded
//! for it.

use std::rc::Rc;

use rally_core::call::Outcome;
use rally_core::frame::Refusal;

use super::App;
use crate::network::in_flight::Continuation;
use crate::platform::Version;
use crate::version::outdated::{Action, Moment};

impl App {
    /// The visitor has changed a field of the page.
    pub fn edited(&self) {
        self.outdated.borrow_mut().edited();
    }

    /// The document comes back from where the browser keeps those that were left.
    pub fn kept(&self) {
        self.outdated.borrow_mut().kept();
        // The visitor may have signed out in the meantime.
        self.tell_shown();
        self.reconsider();
    }

    /// Lets a call that is stale be known, before its page hears of it: what
    /// the page asks for then counts already. And follows one that asks the
    /// visitor to sign in, after its page has heard of it.
    pub(super) fn watch(
        self: &Rc<Self>,
        name: &'static str,
        fingerprint: u64,
        then: Continuation,
    ) -> Continuation {
        let app = self.clone();
        Box::new(move |outcome| {
            let sign_in = match &outcome {
                // The name is of this build: a server that does not know it runs another.
                Outcome::Refused(Refusal::Stale | Refusal::Unknown) => {
                    app.found_stale(name, fingerprint);
                    None
                }
                Outcome::Refused(Refusal::SignIn { url }) => Some(url.clone()),
                _ => None,
            };
            then(outcome);
            if let Some(url) = sign_in {
                app.go_to_sign_in(&url);
            }
        })
    }

    /// A call or page turns out to be of another build than the server's.
    pub(super) fn found_stale(&self, name: &str, fingerprint: u64) {
        let key = format!("stale {name} {fingerprint}");
        let first = || self.platform.remembered(&key).is_none() && self.platform.remember(&key, "");
        self.outdated.borrow_mut().found(first);
    }

    /// Whether another page has to come with a document of its own, so that
    /// the app is of the server's version from there on, or the client context
    /// of the session.
    pub(super) fn needs_document(&self) -> bool {
        let outdated = self.outdated.borrow().is_outdated() && self.socket.borrow().is_open();
        outdated || self.session_changed.get()
    }

    /// The page asks for its document to be loaded anew.
    pub(super) fn reload(&self) {
        let action = self.outdated.borrow_mut().insist();
        self.follow(action);
    }

    /// Something has happened that may make this a safe moment, or no longer one.
    pub(super) fn reconsider(&self) {
        if !self.outdated.borrow().is_outdated() {
            return;
        }
        let Some(page) = self.current.borrow().as_ref().map(|current| current.page.clone()) else {
            return;
        };
        let moment = Moment {
            connected: self.socket.borrow().is_open(),
            // A ping is waited for like a call: its server may be gone.
            waiting: !self.calls.borrow().is_empty()
                || !self.under_way.is_empty()
                || self.socket.borrow().is_doubtful(),
            dirty: page.is_dirty(),
        };
        let action = self.outdated.borrow_mut().step(moment);
        self.follow(action);
    }

    fn follow(&self, action: Option<Action>) {
        match action {
            None => {}
            Some(Action::Reload) => self.platform.reload(),
            Some(Action::Tell) => self.platform.show_version(Version::Outdated),
            Some(Action::Untell) => self.platform.show_version(Version::Current),
        }
    }
}

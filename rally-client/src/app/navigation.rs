//! Navigation: from a URL to the page that takes the place of the one before.

use std::mem;
use std::rc::Rc;
use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::codec;
use rally_core::effect::History;
use rally_core::frame::{ClientFrame, Refusal, RequestId};
use rally_core::registry::KnownPage;
use rally_core::route::Params;
use rally_core::running::{Origin, Place};

use super::{App, NO_PAGE, Pending};
use crate::network::in_flight::{Continuation, OnClose};
use crate::platform::Tasks;
use crate::platform::{Arrival, LocalUrl, Progress, Version};

/// How long a navigation may take before the visitor is shown that it goes on.
const PROGRESS_AFTER: Duration = Duration::from_millis(200);

/// What a navigation does to the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A link or an effect.
    Visit(History),
    /// The back or forward button: the URL has changed already.
    Pop,
}

impl Cause {
    /// Where the button led has an entry already: it is the one to replace.
    fn history(self) -> History {
        match self {
            Self::Visit(history) => history,
            Self::Pop => History::Replace,
        }
    }
}

impl App {
    /// Goes to a URL, whichever it is.
    pub fn visit(self: &Rc<Self>, url: &str, history: History) {
        match self.platform.local_url(url) {
            Some(local) if self.has_page(&local) && !self.is_place(&local) => {
                self.navigate(local, Cause::Visit(history));
            }
            _ => {
                self.give_up_navigation();
                self.load_document(url, history);
            }
        }
    }

    /// Goes to a page of this app. The page before stays until the data of the
    /// next is here; a navigation that was under way is given up.
    pub fn navigate(self: &Rc<Self>, url: LocalUrl, cause: Cause) {
        self.give_up_navigation();
        if cause == Cause::Pop {
            self.astray.set(true);
        }
        let Some((entry, params)) = self.pages.find(&url.path) else {
            return self.leave(&url, cause);
        };
        if self.needs_document() {
            return self.leave(&url, cause);
        }
        if !entry.has_loader && !entry.is_guarded {
            let nothing = codec::encode(&()).unwrap_or_default();
            return self.arrive(entry, &params, &nothing, url, cause);
        }
        if self.is_too_large(entry.name, url.path.len()) {
            return self.leave(&url, cause);
        }
        let entry = *entry;
        let request = self.enter(&entry, &url.path, {
            let app = self.clone();
            let url = url.clone();
            Box::new(move |outcome| app.loaded(&entry, &params, outcome, url, cause))
        });
        let progress = Tasks::new(self.platform.clone());
        let platform = self.platform.clone();
        progress.after(PROGRESS_AFTER, move || platform.show_progress(Progress::Waiting));
        self.pending.replace(Some(Pending { request, _progress: progress }));
    }

    /// The back or forward button was used; the URL is the current one.
    pub fn popped(self: &Rc<Self>, url: LocalUrl) {
        if !self.is_current(&url) {
            return self.navigate(url, Cause::Pop);
        }
        self.give_up_navigation();
        self.astray.set(false);
        self.platform.arrived(&url, Arrival::Returned);
        self.reconsider();
    }

    /// The loader's answer is here.
    fn loaded(
        self: &Rc<Self>,
        entry: &KnownPage,
        params: &Params,
        outcome: Outcome,
        url: LocalUrl,
        cause: Cause,
    ) {
        self.give_up_navigation();
        match outcome {
            Outcome::Ok(data) if !self.needs_document() => {
                self.arrive(entry, params, &data, url, cause);
            }
            Outcome::Refused(Refusal::Redirect { url: to }) => self.led_on(&to, cause),
            // The document of this URL is what is shown already.
            Outcome::Refused(Refusal::SignIn { url: to }) if self.owner().is_none() => {
                self.led_on(&to, cause);
            }
            Outcome::Refused(Refusal::Stale | Refusal::Unknown) if self.owner().is_none() => {
                // The first document is of another build than this very script.
                self.platform.show_version(Version::Outdated);
                self.leave(&url, cause);
            }
            // The document says why there is no page, with the right status.
            Outcome::Ok(_) | Outcome::Err(_) | Outcome::Refused(_) | Outcome::NoAnswer { .. } => {
                self.leave(&url, cause);
            }
            Outcome::Offline | Outcome::TimedOut => {
                // The visitor keeps the page, and can try again; but page and
                // URL must agree.
                if self.astray.get() {
                    self.leave(&url, cause);
                }
            }
        }
    }

    /// Puts a page in place of the one before.
    fn arrive(
        self: &Rc<Self>,
        entry: &KnownPage,
        params: &Params,
        data: &[u8],
        url: LocalUrl,
        cause: Cause,
    ) {
        let Some(cx) = self.context_for(entry) else { return self.leave(&url, cause) };
        let owner = self.new_owner();
        let place = Place { cx: cx.clone(), wake: self.wake(owner) };
        // Before `init` runs, which may look at it.
        let mut path = url.path.clone();
        let mut swap = || cx.change(&mut |client| mem::swap(&mut client.current_path, &mut path));
        swap();
        let page = entry.start(params, Origin::Data(data), place);
        let layout = self.layout_for(entry, &cx);
        let (Ok(page), Some(layout)) = (page, layout) else {
            swap();
            return self.leave(&url, cause);
        };
        let arrival = match cause {
            Cause::Visit(history) => {
                self.platform.write_history(&url, history);
                Arrival::Entered
            }
            Cause::Pop => Arrival::Returned,
        };
        self.show(layout, page, *entry, url.path.clone(), owner, move |app| {
            app.platform.arrived(&url, arrival);
            app.mounted();
        });
    }

    /// The server leads on to another URL, whose document is loaded.
    fn led_on(&self, to: &str, cause: Cause) {
        let history = cause.history();
        if self.owner().is_some() {
            return self.load_document(to, history);
        }
        // No visitor has asked for this.
        self.turned_away(|app| app.load_document(to, history));
    }

    /// Leaves the app's pages for the server's document. Before the first page
    /// that document is what is shown already: to load it again would go on
    /// for ever.
    fn leave(&self, url: &LocalUrl, cause: Cause) {
        if self.current.borrow().is_none() {
            return self
                .platform
                .report("the page could not be started: it stays as the server sent it");
        }
        self.load_document(&format!("{}{}", url.path, url.fragment), cause.history());
    }

    /// Leaves for another document, which an own reload must not overtake.
    pub(super) fn load_document(&self, url: &str, history: History) {
        let local = self.platform.local_url(url);
        // A place on the page that is shown is the browser's to scroll to.
        if self.astray.get() || local.is_none_or(|local| !self.is_place(&local)) {
            self.outdated.borrow_mut().leaving();
            self.turned_away.borrow_mut().leaving(self.platform.now());
        }
        self.platform.load_document(url, history);
    }

    pub(super) fn give_up_navigation(&self) {
        if let Some(pending) = self.pending.take() {
            self.calls.borrow_mut().cancel(pending.request);
            self.platform.show_progress(Progress::Done);
        }
    }

    /// Asks for a page's data.
    fn enter(self: &Rc<Self>, entry: &KnownPage, url: &str, then: Continuation) -> RequestId {
        let (page, fingerprint) = (entry.name, entry.fingerprint);
        let frame = |id| ClientFrame::Enter { id, page, fingerprint, url }.to_bytes();
        self.request(NO_PAGE, OnClose::AskAgain, frame, then)
    }
}

//! Navigation: which page is shown at which URL, which one is on its way, and whether the
//! server agrees.

mod page_sync;
mod redirect_guard;

use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::codec;
use rally_core::effect::History;
use rally_core::frame::{Refusal, RequestId};
use rally_core::registry::{KnownPage, Pages};
use rally_core::route::Params;

use crate::platform::{LocalUrl, Storage, Tasks};
use page_sync::PageSync;
use redirect_guard::RedirectGuard;

pub use redirect_guard::{ASK_AGAIN_AFTER, RefusalAction, Verdict};

/// How long a navigation may take before the visitor is shown that it goes on.
pub const PROGRESS_AFTER: Duration = Duration::from_millis(200);

/// Why a page is gone to, which says how the history remembers it.
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

/// A page of this app that is gone to.
pub struct Destination {
    /// The page.
    pub entry: KnownPage,
    /// Its route's parameters.
    pub params: Params,
    /// Its URL.
    pub url: LocalUrl,
    /// Why it is gone to.
    pub cause: Cause,
}

/// The next step of a navigation.
pub enum Next {
    /// Ask for the page's data; the page before stays until it is here.
    Load(Destination),
    /// Show the page with its data.
    Show(Destination, Vec<u8>),
    /// Leave the app's pages for the server's document.
    Document(String, History),
    /// The same, though no visitor has asked for it: it must not go in circles.
    Redirect(String, History),
    /// There is no page yet, and the document that is shown cannot become one: to load it
    /// again would go on for ever.
    Stuck {
        /// That document is of another build than this very script.
        is_stale: bool,
    },
    /// The page before stays.
    Stay,
}

/// The page that is shown, and the one that is on its way. No I/O, but for what the tab
/// remembers.
pub struct Navigation {
    pages: Pages,
    current: Option<Current>,
    pending: Option<Pending>,
    /// The URL is not that of the page shown: there is none yet, or the back button
    /// was used.
    astray: bool,
    sync: PageSync,
    guard: RedirectGuard,
}

/// The page that is shown.
struct Current {
    entry: KnownPage,
    /// Path and query.
    path: String,
}

/// The page that is on its way.
struct Pending {
    request: RequestId,
    to: Destination,
    /// Dropped with the navigation, so the bar does not come up afterwards.
    _progress: Tasks,
}

impl Navigation {
    /// No page yet.
    pub fn new(pages: Pages) -> Self {
        Self {
            pages,
            current: None,
            pending: None,
            astray: true,
            sync: PageSync::default(),
            guard: RedirectGuard::default(),
        }
    }

    /// The page at a URL (path and query), and its route's parameters.
    pub fn find(&self, url: &str) -> Option<(KnownPage, Params)> {
        self.pages.find(url).map(|(entry, params)| (*entry, params))
    }

    /// Returns whether this URL differs from the current one in its fragment at most.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.current.as_ref().is_some_and(|current| current.path == url.path)
    }

    /// Returns whether a URL of this app is one of its pages to go to, rather than a document or a
    /// place on the page that is shown.
    pub fn leads_to_page(&self, url: &LocalUrl) -> bool {
        self.pages.find(&url.path).is_some() && !self.is_place(url)
    }

    /// Returns whether a URL is a place on the page that is shown, the browser's to scroll to.
    fn is_place(&self, url: &LocalUrl) -> bool {
        self.is_current(url) && !url.fragment.is_empty()
    }

    /// Goes to a URL of this app. The navigation before was [given up](Self::give_up).
    pub fn navigate(&mut self, url: LocalUrl, cause: Cause, needs_document: bool) -> Next {
        self.astray |= cause == Cause::Pop;
        let Some((entry, params)) = self.find(&url.path).filter(|_| !needs_document) else {
            return self.leave(&url, cause);
        };
        let to = Destination { entry, params, url, cause };
        if entry.has_loader || entry.is_guarded {
            return Next::Load(to);
        }
        let nothing = codec::encode(&()).unwrap_or_default();
        Next::Show(to, nothing)
    }

    /// The data of a page was asked for.
    pub fn wait(&mut self, request: RequestId, to: Destination, progress: Tasks) {
        self.pending = Some(Pending { request, to, _progress: progress });
    }

    /// Ends the navigation that is under way: the request that nobody waits for any more.
    pub fn give_up(&mut self) -> Option<RequestId> {
        self.pending.take().map(|pending| pending.request)
    }

    /// The loader's answer is here; `None` when nobody waits for it any more.
    pub fn loaded(&mut self, outcome: Outcome, needs_document: bool) -> Option<Next> {
        let to = self.pending.take()?.to;
        let history = to.cause.history();
        let is_first = self.current.is_none();
        Some(match outcome {
            Outcome::Ok(data) if !needs_document => Next::Show(to, data),
            Outcome::Refused(Refusal::Redirect { url }) if is_first => Next::Redirect(url, history),
            Outcome::Refused(Refusal::Redirect { url }) => Next::Document(url, history),
            // The document of this URL is what is shown already.
            Outcome::Refused(Refusal::SignIn { url }) if is_first => Next::Redirect(url, history),
            Outcome::Refused(Refusal::Stale | Refusal::Unknown) if is_first => {
                Next::Stuck { is_stale: true }
            }
            // The document says why there is no page, with the right status.
            Outcome::Ok(_) | Outcome::Err(_) | Outcome::Refused(_) | Outcome::NoAnswer { .. } => {
                self.leave(&to.url, to.cause)
            }
            // The visitor keeps the page, and can try again; but page and URL must agree.
            Outcome::Offline | Outcome::TimedOut if self.astray => self.leave(&to.url, to.cause),
            Outcome::Offline | Outcome::TimedOut => Next::Stay,
        })
    }

    /// Leaves the app's pages for the server's document.
    pub fn leave(&self, url: &LocalUrl, cause: Cause) -> Next {
        match self.current {
            Some(_) => Next::Document(format!("{}{}", url.path, url.fragment), cause.history()),
            None => Next::Stuck { is_stale: false },
        }
    }

    /// The page at a URL is shown.
    pub fn shown(&mut self, entry: KnownPage, path: String) {
        self.current = Some(Current { entry, path });
        self.astray = false;
    }

    /// The back or forward button led to the page that is shown.
    pub fn returned(&mut self) {
        self.astray = false;
    }

    /// A document is about to be loaded: whether this one ends with it.
    pub fn leaving(&mut self, to: Option<&LocalUrl>, now: Duration) -> bool {
        // A place on the page that is shown is the browser's to scroll to.
        let leaves = self.astray || to.is_none_or(|local| !self.is_place(local));
        if leaves {
            self.guard.leaving(now);
        }
        leaves
    }
}

/// The page that is shown, as the server hears of it and answers.
impl Navigation {
    /// The page that is shown, and its path and query.
    pub fn current(&self) -> Option<(&KnownPage, &str)> {
        self.current.as_ref().map(|current| (&current.entry, &current.path[..]))
    }

    /// The server was told which page is shown.
    pub fn announced(&mut self, id: RequestId) {
        self.sync.asked(id);
    }

    /// Returns whether this is the latest announcement.
    pub fn is_last_announced(&self, id: RequestId) -> bool {
        self.sync.is_last(id)
    }

    /// The connection is another one.
    pub fn disconnected(&mut self) {
        self.sync.lost();
    }

    /// A reply came: whether it is about the page that is shown.
    pub fn is_about_page(&mut self, id: RequestId) -> bool {
        self.sync.answered(id)
    }

    /// The URL whose document says why the page that is shown is refused. `None` when another
    /// page is on its way here by the back button: the URL is that one's already, and it ends
    /// in a page or a document.
    pub fn refused_url(&self) -> Option<String> {
        let current = self.current.as_ref().filter(|_| !self.astray)?;
        Some(current.path.clone())
    }

    /// The visitor is turned away: whether to load a document by itself.
    pub fn turned_away(&self, now: Duration, tab: &dyn Storage) -> Verdict {
        self.guard.turned_away(now, tab)
    }

    /// Returns whether to load the sign-in page. A visitor who is there already goes once, for the
    /// page may be another one to those who have signed in; then they stay, with what they
    /// type: a layout or context may ask again and again for what belongs to somebody.
    pub fn goes_to_sign_in(&self, at: Option<&LocalUrl>, tab: &dyn Storage) -> bool {
        !at.is_some_and(|url| self.is_at(&url.path)) || redirect_guard::is_first_sign_in(tab)
    }

    /// The visitor has signed in or out.
    pub fn session_changed(&self, tab: &dyn Storage) {
        redirect_guard::forget_sign_in(tab);
    }

    /// Returns whether the page that is shown has the path of this URL; queries may differ.
    fn is_at(&self, url: &str) -> bool {
        let path = |url: &str| url.split('?').next().map(str::to_owned);
        self.current.as_ref().is_some_and(|current| path(&current.path) == path(url))
    }
}

//! Navigation: the shown page, the pending navigation, and the server's replies about the access to
//! the shown page.

mod in_place;
mod page_sync;
mod redirect_guard;

use std::rc::Weak;
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

pub use in_place::SetUrl;
pub use redirect_guard::{ASK_AGAIN_AFTER, RedirectDecision, RefusalAction};

/// Time after which a pending navigation shows the progress bar.
pub const PROGRESS_AFTER: Duration = Duration::from_millis(200);

/// The cause of a navigation. The cause decides whether the history gets a new entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NavigationCause {
    /// A link, an effect, or the start of the app.
    Visit(History),
    /// The back or forward button. The URL in the address bar has changed already.
    Pop,
}

impl NavigationCause {
    /// Returns the effect on the history. After the back or forward button, the current entry is
    /// already that of the target, so it is replaced.
    fn history(self) -> History {
        match self {
            Self::Visit(history) => history,
            Self::Pop => History::Replace,
        }
    }
}

/// The page of this app that a navigation leads to.
pub struct Destination {
    /// The page.
    pub entry: KnownPage,
    /// Parameters of the page's route.
    pub params: Params,
    /// URL of the page.
    pub url: LocalUrl,
    /// Cause of the navigation.
    pub cause: NavigationCause,
}

/// The next step of a navigation.
pub enum NavigationStep {
    /// Request the page's data. The shown page stays until the data arrives.
    Load(Destination),
    /// Show the page with its data.
    Show(Destination, Vec<u8>),
    /// Send the shown page its new URL and data. The page keeps its model.
    ChangeUrl(Destination, Vec<u8>),
    /// Load a document from the server.
    Document(String, History),
    /// Load a document because of a redirect or refusal by the server, unless there seems to be a
    /// redirect loop.
    Redirect(String, History),
    /// Keep the server's HTML. The first page cannot be started, and loading its document again
    /// could repeat without end.
    Stuck {
        /// `true` if the server runs another build than this client.
        is_stale: bool,
    },
    /// Keep the shown page.
    Stay,
}

/// The shown page and the pending navigation. The only I/O is on the storage of the tab.
pub struct Navigation {
    pages: Pages,
    current: Option<Current>,
    pending: Option<Pending>,
    /// `true` if the URL in the address bar may differ from that of the shown page: no page is
    /// shown yet, or the back or forward button has changed the URL.
    url_differs: bool,
    sync: PageSync,
    guard: RedirectGuard,
}

struct Current {
    entry: KnownPage,
    /// Path and query.
    path: String,
}

struct Pending {
    request: RequestId,
    to: Destination,
    /// The tasks of the effect that started the navigation.
    starter: Option<Weak<Tasks>>,
    /// The timer that shows the progress bar. It is dropped with the navigation, so that the bar
    /// does not appear afterwards.
    _progress: Tasks,
}

impl Navigation {
    /// Creates a navigation without a shown page.
    pub fn new(pages: Pages) -> Self {
        Self {
            pages,
            current: None,
            pending: None,
            url_differs: true,
            sync: PageSync::default(),
            guard: RedirectGuard::default(),
        }
    }

    /// Finds the page at `url` (path and query), and parses the parameters of the page's route.
    pub fn find(&self, url: &str) -> Option<(KnownPage, Params)> {
        self.pages.find(url).map(|(entry, params)| (*entry, params))
    }

    /// Finds the page of a document, which the server has rendered for `url`: the page at `url`,
    /// or the error page if `name` is its name.
    pub fn find_rendered(&self, name: &str, url: &str) -> Option<(KnownPage, Params)> {
        match self.pages.error_page() {
            Some(error) if error.name == name => Some((*error, Params::default())),
            _ => self.find(url),
        }
    }

    /// Returns `true` if `url` is the URL of the shown page. Fragments are not compared.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.current.as_ref().is_some_and(|current| current.path == url.path)
    }

    /// Returns `true` if the app has a page at `url`, and `url` is not a fragment of the shown
    /// page.
    pub fn leads_to_page(&self, url: &LocalUrl) -> bool {
        self.pages.find(&url.path).is_some() && !self.is_fragment(url)
    }

    /// Returns `true` if `url` is a fragment of the shown page. The browser then scrolls to the
    /// fragment.
    fn is_fragment(&self, url: &LocalUrl) -> bool {
        self.is_current(url) && !url.fragment.is_empty()
    }

    /// Starts a navigation. The caller must [give up](Self::give_up) a pending navigation before.
    pub fn navigate(
        &mut self,
        url: LocalUrl,
        cause: NavigationCause,
        needs_document: bool,
    ) -> NavigationStep {
        self.url_differs |= cause == NavigationCause::Pop;
        let Some((entry, params)) = self.find(&url.path).filter(|_| !needs_document) else {
            return self.leave(&url, cause);
        };
        let to = Destination { entry, params, url, cause };
        if entry.has_loader || entry.is_guarded {
            return NavigationStep::Load(to);
        }
        let no_data = codec::encode(&()).unwrap_or_default();
        self.show(to, no_data)
    }

    /// Records that the navigation `to` waits for the reply to `request`. Dropping `progress`
    /// cancels the progress bar.
    pub fn wait(&mut self, request: RequestId, to: Destination, progress: Tasks) {
        self.pending = Some(Pending { request, to, starter: None, _progress: progress });
    }

    /// Ends the pending navigation, and returns the id of its request.
    pub fn give_up(&mut self) -> Option<RequestId> {
        self.pending.take().map(|pending| pending.request)
    }

    /// Returns the next step after the outcome of a page load. `None` if the navigation was given
    /// up.
    pub fn loaded(&mut self, outcome: Outcome, needs_document: bool) -> Option<NavigationStep> {
        let to = self.pending.take()?.to;
        let history = to.cause.history();
        let is_first = self.current.is_none();
        Some(match outcome {
            Outcome::Ok(data) if !needs_document => self.show(to, data),
            Outcome::Refused(Refusal::Redirect { url }) if is_first => {
                NavigationStep::Redirect(url, history)
            }
            Outcome::Refused(Refusal::Redirect { url }) => NavigationStep::Document(url, history),
            // Before the first page, the document of this URL is loaded already. Loading it again
            // would not help, so the sign-in page is loaded.
            Outcome::Refused(Refusal::SignIn { url }) if is_first => {
                NavigationStep::Redirect(url, history)
            }
            Outcome::Refused(Refusal::Stale | Refusal::Unknown) if is_first => {
                NavigationStep::Stuck { is_stale: true }
            }
            // If the load has failed, the document of the target explains the failure. After `Ok`,
            // the page must be loaded as a document, because `needs_document` is `true`.
            Outcome::Ok(_) | Outcome::Err(_) | Outcome::Refused(_) | Outcome::NoAnswer { .. } => {
                self.leave(&to.url, to.cause)
            }
            // Without a reply, the shown page stays, so that the visitor can try again. But if the
            // URL in the address bar has changed already, the document of that URL is loaded.
            Outcome::Offline | Outcome::TimedOut if self.url_differs => {
                self.leave(&to.url, to.cause)
            }
            Outcome::Offline | Outcome::TimedOut => NavigationStep::Stay,
        })
    }

    /// Returns the step that loads the document of `url`. Before the first page, returns `Stuck`.
    pub fn leave(&self, url: &LocalUrl, cause: NavigationCause) -> NavigationStep {
        match self.current {
            Some(_) => {
                NavigationStep::Document(format!("{}{}", url.path, url.fragment), cause.history())
            }
            None => NavigationStep::Stuck { is_stale: false },
        }
    }

    /// Records that a page is shown at `path` (path and query).
    pub fn shown(&mut self, entry: KnownPage, path: String) {
        self.current = Some(Current { entry, path });
        self.url_differs = false;
        self.sync.shown();
    }

    /// Records that the back or forward button led to the URL of the shown page.
    pub fn returned(&mut self) {
        self.url_differs = false;
    }

    /// Records that the browser is about to load `to`, or a URL that is not of this app (`None`).
    /// Returns `true` if the load replaces this document, `false` if the browser only scrolls to a
    /// fragment.
    pub fn leaving(&mut self, to: Option<&LocalUrl>, now: Duration) -> bool {
        let leaves = self.url_differs || to.is_none_or(|local| !self.is_fragment(local));
        if leaves {
            self.guard.leaving(now);
        }
        leaves
    }
}

impl Navigation {
    /// Returns the shown page, with the path and query of its URL.
    pub fn current(&self) -> Option<(&KnownPage, &str)> {
        self.current.as_ref().map(|current| (&current.entry, &current.path[..]))
    }

    /// Returns the URL of the shown page. The document of this URL explains why the server refuses
    /// the page. `None` before the first page, and while a back or forward navigation is pending,
    /// because it replaces the page anyway.
    pub fn refused_url(&self) -> Option<String> {
        let current = self.current.as_ref().filter(|_| !self.url_differs)?;
        Some(current.path.clone())
    }

    /// Decides whether to load a document after a refusal or a redirect by the server.
    pub fn decide_refusal(&self, now: Duration, tab: &dyn Storage) -> RedirectDecision {
        self.guard.decide_refusal(now, tab)
    }

    /// Returns `true` if the sign-in page at the URL `at` must be loaded. If the sign-in page is
    /// shown already, it is loaded again only once until the session changes. After that, the shown
    /// page stays, and the visitor keeps their input: the layout or the client context may repeat a
    /// call that requires sign-in.
    pub fn must_load_sign_in(&self, at: Option<&LocalUrl>, tab: &dyn Storage) -> bool {
        !at.is_some_and(|url| self.is_at(&url.path)) || redirect_guard::is_first_sign_in(tab)
    }

    /// Records that the visitor has signed in or out.
    pub fn session_changed(&self, tab: &dyn Storage) {
        redirect_guard::forget_sign_in(tab);
    }

    fn is_at(&self, url: &str) -> bool {
        let path = |url: &str| url.split('?').next().map(str::to_owned);
        self.current.as_ref().is_some_and(|current| path(&current.path) == path(url))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use rally::rsx;
    use rally_core::codec::{DecodeError, Reader, Writer};
    use rally_core::context::ClientContext;
    use rally_core::dispatch::Dispatch;
    use rally_core::effect::Effect;
    use rally_core::layout::NoLayout;
    use rally_core::page::{Load, Page};
    use rally_core::registry::PageEntry;
    use rally_core::route::Route;
    use rally_core::view::Element;
    use rally_core::wire::{Shape, Wire};

    use super::*;
    use crate::platform::{Clock, LocalFuture};

    struct Plain;

    impl Route for Plain {
        const PATTERN: &'static str = "/";
        type Context = ClientContext;

        fn from_params(_: &Params) -> Option<Self> {
            None
        }

        fn write_params(&self, _: &mut Params) {}
    }

    impl Load for Plain {
        type Data = ();
        const HAS_LOADER: bool = false;
    }

    impl Wire for Plain {
        fn shape(_: &mut Shape) {}

        fn write(&self, _: &mut Writer) {}

        fn read(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
            Ok(Self)
        }
    }

    impl Page for Plain {
        type Route = Self;
        type Msg = ();

        fn init(route: Self, (): (), _: &ClientContext) -> Self {
            route
        }

        fn update(&mut self, (): (), _: &ClientContext) -> Effect<()> {
            Effect::none()
        }

        fn view(&self, _: Dispatch<()>, _: &ClientContext) -> Element {
            rsx! {}
        }
    }

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn sleep(&self, _: Duration) -> LocalFuture<()> {
            Box::pin(std::future::pending())
        }

        fn spawn(&self, _: LocalFuture<()>) {}

        fn random(&self) -> f64 {
            0.0
        }
    }

    /// Returns the navigation of an app with a plain page, a page with a loader, and a guarded
    /// page. No page is shown yet.
    fn empty() -> Navigation {
        let plain = PageEntry::of::<Plain, Plain, NoLayout<ClientContext>>("Plain");
        let (mut item, mut vault) = (plain, plain.guarded());
        (item.name, item.pattern, item.has_loader) = ("Item", "/item", true);
        (vault.name, vault.pattern) = ("Vault", "/vault");
        Navigation::new(Pages::new(&[plain, item, vault]).unwrap())
    }

    fn shown() -> Navigation {
        let mut navigation = empty();
        let (entry, _) = navigation.find("/").unwrap();
        navigation.shown(entry, "/".to_owned());
        navigation
    }

    fn url(url: &str) -> LocalUrl {
        let (path, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        LocalUrl { path: path.to_owned(), fragment: fragment.to_owned() }
    }

    fn text(next: &NavigationStep) -> String {
        match next {
            NavigationStep::Load(to) => format!("load {}", to.url.path),
            NavigationStep::Show(to, _) => format!("show {}", to.url.path),
            NavigationStep::ChangeUrl(to, _) => format!("change {}", to.url.path),
            NavigationStep::Document(url, history) => format!("document {url} {history:?}"),
            NavigationStep::Redirect(url, history) => format!("redirect {url} {history:?}"),
            NavigationStep::Stuck { is_stale } => format!("stuck, stale: {is_stale}"),
            NavigationStep::Stay => "stay".to_owned(),
        }
    }

    const LINK: NavigationCause = NavigationCause::Visit(History::Push);

    fn load(navigation: &mut Navigation, cause: NavigationCause, outcome: Outcome) -> String {
        let NavigationStep::Load(to) = navigation.navigate(url("/item"), cause, false) else {
            panic!("the page `/item` should be loaded first")
        };
        navigation.wait(1, to, Tasks::new(Rc::new(Stopped)));
        text(&navigation.loaded(outcome, false).unwrap())
    }

    #[test]
    fn a_page_with_a_loader_or_guard_is_loaded_and_a_plain_page_is_shown_at_once() {
        for (path, expected) in
            [("/", "show /"), ("/item", "load /item"), ("/vault", "load /vault")]
        {
            assert_eq!(text(&empty().navigate(url(path), LINK, false)), expected);
        }
    }

    #[test]
    fn an_unknown_url_or_an_outdated_app_needs_a_document() {
        let mut navigation = shown();
        let unknown = navigation.navigate(url("/other#top"), LINK, false);
        assert_eq!(text(&unknown), "document /other#top Push");
        let outdated = navigation.navigate(url("/"), NavigationCause::Pop, true);
        assert_eq!(text(&outdated), "document / Replace");
        let first = empty().navigate(url("/other"), LINK, false);
        assert_eq!(text(&first), "stuck, stale: false");
    }

    #[test]
    fn a_refused_load_ends_in_a_document_or_before_the_first_page_in_a_redirect() {
        let sign_in = || Refusal::SignIn { url: "/sign-in".to_owned() };
        let moved = || Refusal::Redirect { url: "/new".to_owned() };
        for (refusal, first, later) in [
            (sign_in(), "redirect /sign-in Push", "document /item Push"),
            (moved(), "redirect /new Push", "document /new Push"),
            (Refusal::Stale, "stuck, stale: true", "document /item Push"),
            (Refusal::Denied, "stuck, stale: false", "document /item Push"),
        ] {
            let outcome = Outcome::Refused(refusal);
            assert_eq!(load(&mut empty(), LINK, outcome.clone()), first);
            assert_eq!(load(&mut shown(), LINK, outcome), later);
        }
    }

    #[test]
    fn without_a_connection_the_page_stays_unless_the_back_button_has_changed_the_url() {
        assert_eq!(load(&mut shown(), LINK, Outcome::Offline), "stay");
        assert_eq!(
            load(&mut shown(), NavigationCause::Pop, Outcome::Offline),
            "document /item Replace"
        );
    }

    #[test]
    fn a_refusal_of_the_shown_page_is_ignored_during_a_back_navigation() {
        let mut navigation = shown();
        assert_eq!(navigation.refused_url().as_deref(), Some("/"));
        navigation.navigate(url("/item"), NavigationCause::Pop, false);
        assert_eq!(navigation.refused_url(), None);
        navigation.returned();
        assert_eq!(navigation.refused_url().as_deref(), Some("/"));
    }
}

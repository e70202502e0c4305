//! The app in the browser: the page that is shown, the one that is on its way,
//! and the connection both share.

mod admission;
mod calls;
mod connection;
mod navigation;
mod preferences;
mod surroundings;
mod version;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use rally_core::effect::{Action, Effect};
use rally_core::flags::Flags;
use rally_core::frame::{MAX_FRAME, RequestId};
use rally_core::head::Head;
use rally_core::registry::{KnownPage, Pages};
use rally_core::running::{AnyContext, ContextOrigin, Origin, Place, Running};
use rally_core::screen::Screen;

pub use navigation::Cause;

use crate::navigation::page_sync::Shown;
use crate::navigation::redirect_guard::TurnedAway;
use crate::network::connection::Socket;
use crate::network::http_calls::UnderWay;
use crate::network::in_flight::{Calls, Owner};
use crate::platform::Tasks;
use crate::platform::{LocalUrl, Platform};
use crate::version::outdated::Outdated;
use surroundings::Standing;

/// Requests of no page: navigations.
const NO_PAGE: Owner = 0;

/// The client context's: they end with the document.
const CONTEXT: Owner = 1;

/// What a frame has beside a name and a body, in bytes, at most.
const FRAME_HEAD: usize = 32;

/// The app in the browser.
pub struct App {
    platform: Rc<dyn Platform>,
    pages: Pages,
    screen: Screen,
    socket: RefCell<Socket>,
    calls: RefCell<Calls>,
    /// Requests over HTTP, of calls and of the page's own.
    under_way: UnderWay,
    shown: RefCell<Shown>,
    turned_away: RefCell<TurnedAway>,
    /// Whether the browser has another session than the one that the document
    /// was made for, and with it the client context.
    session_changed: Cell<bool>,
    outdated: RefCell<Outdated>,
    /// What all pages share, made with the first.
    context: RefCell<Option<Rc<dyn AnyContext>>>,
    context_tasks: Rc<Tasks>,
    /// Whether it is not yet shown as it is.
    context_changed: Cell<bool>,
    /// What stands around the page that is shown.
    layout: RefCell<Option<Rc<Standing>>>,
    current: RefCell<Option<Current>>,
    pending: RefCell<Option<Pending>>,
    /// What the document's head says for the page.
    head: RefCell<Head>,
    /// Whether to be dark, where the visitor has chosen.
    chosen_dark: Cell<Option<bool>>,
    /// Whether the URL is not that of the page shown: there is none yet, or
    /// the back button was used.
    astray: Cell<bool>,
    last_owner: Cell<Owner>,
    /// When the timer that is set goes off.
    wakes_at: Cell<Option<Duration>>,
    /// The largest frame that the server takes, in bytes.
    max_frame: Cell<usize>,
}

/// The page that is shown.
struct Current {
    page: Rc<dyn Running>,
    entry: KnownPage,
    /// Path and query.
    path: String,
    owner: Owner,
    tasks: Rc<Tasks>,
}

/// The page that is on its way.
struct Pending {
    request: RequestId,
    /// Dropped with the navigation, so the bar does not come up afterwards.
    _progress: Tasks,
}

impl App {
    /// An app that shows nothing yet.
    pub fn new(platform: Rc<dyn Platform>, pages: Pages) -> Rc<Self> {
        Rc::new(Self {
            context: RefCell::default(),
            context_tasks: Rc::new(Tasks::new(platform.clone())),
            context_changed: Cell::default(),
            layout: RefCell::default(),
            head: RefCell::default(),
            chosen_dark: Cell::default(),
            platform,
            pages,
            screen: Screen::default(),
            socket: RefCell::default(),
            calls: RefCell::default(),
            under_way: UnderWay::default(),
            shown: RefCell::default(),
            turned_away: RefCell::default(),
            session_changed: Cell::default(),
            outdated: RefCell::default(),
            current: RefCell::default(),
            pending: RefCell::default(),
            astray: Cell::new(true),
            last_owner: Cell::new(CONTEXT),
            wakes_at: Cell::default(),
            max_frame: Cell::new(MAX_FRAME),
        })
    }

    /// The server takes frames up to this size, in bytes.
    pub fn set_max_frame(&self, bytes: usize) {
        self.max_frame.set(bytes);
    }

    /// The tree to render.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Takes over a page that the server has rendered. `false` when the flags
    /// are not of the page at this URL: then it has to be [loaded](Self::visit).
    pub fn take_over(self: &Rc<Self>, url: &LocalUrl, flags: &Flags<'_>) -> bool {
        let Flags::Page { page, fingerprint, max_frame, context, layout, model } = *flags else {
            return false;
        };
        self.set_max_frame(max_frame as usize);
        let Some((entry, params)) = self.pages.find(&url.path) else { return false };
        if entry.name != page || entry.fingerprint != fingerprint {
            return false;
        }
        let entry = *entry;
        let cx = entry.start_context(ContextOrigin::Encoded(context), self.wake(CONTEXT));
        let Ok(cx) = cx else { return false };
        let owner = self.new_owner();
        let place = Place { cx: cx.clone(), wake: self.wake(owner) };
        let Ok(page) = entry.start(&params, Origin::Model(model), place) else { return false };
        let Some(layout) = self.begin_layout(&entry, Some(layout), &cx) else { return false };
        self.context.replace(Some(cx));
        // The server has put it into the document.
        *self.head.borrow_mut() = page.head().unwrap_or_default();
        self.screen.take_over();
        self.show(layout, page, entry, url.path.clone(), owner, |app| {
            // Not before: the browser has to find what the server has written.
            app.follow_visitor();
            app.mounted();
        });
        true
    }

    /// Whether this app has a page at a URL.
    pub fn has_page(&self, url: &LocalUrl) -> bool {
        self.pages.find(&url.path).is_some()
    }

    /// Whether this URL differs from the current one in its fragment at most.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.path == url.path)
    }

    /// Ends the page before, and shows this one.
    fn show(
        self: &Rc<Self>,
        layout: Rc<Standing>,
        page: Rc<dyn Running>,
        entry: KnownPage,
        path: String,
        owner: Owner,
        after: impl FnOnce(Rc<Self>) + 'static,
    ) {
        let tasks = Rc::new(Tasks::new(self.platform.clone()));
        let next = Current { page: page.clone(), entry, path, owner, tasks };
        self.astray.set(false);
        self.outdated.borrow_mut().shown();
        if let Some(left) = self.current.replace(Some(next)) {
            self.calls.borrow_mut().cancel_all(left.owner);
        }
        let around = layout.layout.clone();
        self.stand(layout);
        self.tell_shown();
        let app = self.clone();
        self.screen.show(around, page, move || {
            // Another page may have come in between.
            if app.owner() == Some(owner) {
                app.show_head();
                after(app);
            }
        });
    }

    fn perform(self: &Rc<Self>, owner: Owner, tasks: &Rc<Tasks>, effect: Effect<()>) {
        // A navigation may end the page at once: what it asks for beside it goes
        // first, whichever way the batch was written.
        let leads_on = |action: &_| matches!(action, Action::Navigate(_));
        let (last, first): (Vec<_>, Vec<_>) = effect.into_actions().into_iter().partition(leads_on);
        for action in first.into_iter().chain(last) {
            match action {
                Action::Call(request, then) => self.call(owner, tasks, request, then),
                Action::Http(request, then) => {
                    let response = self.platform.fetch(request);
                    let (app, on_its_way) = (self.clone(), self.under_way.begin());
                    tasks.spawn(async move {
                        let result = response.await;
                        drop(on_its_way);
                        then(result);
                        app.reconsider();
                    });
                }
                Action::Task(task) => tasks.spawn(task),
                Action::Stream(stream) => tasks.stream(stream),
                Action::After(delay, then) => tasks.after(delay, move || then(())),
                Action::Every(interval, each) => tasks.every(interval, each),
                Action::Storage(key, each) => {
                    tasks.stream(self.platform.storage(&key).map(each));
                }
                Action::Store(key, value) => self.platform.store(&key, value.as_deref()),
                Action::Navigate(to) => self.visit(&to.url, to.history),
                Action::Reload => self.reload(),
                Action::Stay => self.outdated.borrow_mut().stay(),
                Action::Tell(told) => {
                    if let Some(context) = self.context() {
                        context.tell(told);
                    }
                }
                Action::DarkMode(dark) => self.set_dark_mode(dark),
                Action::Lang(lang) => self.set_lang(&lang),
            }
        }
    }

    /// Whether the server would not take a frame about this, of so many bytes.
    fn is_too_large(&self, name: &str, body: usize) -> bool {
        name.len() + body + FRAME_HEAD > self.max_frame.get()
    }

    /// What is called when a message waits for this owner.
    fn wake(self: &Rc<Self>, owner: Owner) -> Rc<dyn Fn()> {
        let app = Rc::downgrade(self);
        Rc::new(move || {
            if let Some(app) = app.upgrade()
                && app.is_running(owner)
            {
                app.drain();
            }
        })
    }

    fn owner(&self) -> Option<Owner> {
        self.current.borrow().as_ref().map(|current| current.owner)
    }

    fn new_owner(&self) -> Owner {
        self.last_owner.set(self.last_owner.get() + 1);
        self.last_owner.get()
    }
}

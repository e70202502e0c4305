//! The app in the browser: the page that is shown, the one that is on its way,
//! and the connection both share.

mod admission;
mod calls;
mod connection;
mod navigation;
mod version;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use rally_core::effect::{Action, Effect};
use rally_core::frame::{MAX_FRAME, RequestId};
use rally_core::registry::{KnownPage, Pages};
use rally_core::running::{Origin, Place, Running};
use rally_core::screen::Screen;

pub use navigation::Cause;

use crate::calls::{Calls, Owner};
use crate::outdated::Outdated;
use crate::over_http::UnderWay;
use crate::perform::Tasks;
use crate::platform::{LocalUrl, Platform};
use crate::shown::Shown;
use crate::socket::Socket;
use crate::turned_away::TurnedAway;

/// Requests of no page: navigations.
const NO_PAGE: Owner = 0;

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
    current: RefCell<Option<Current>>,
    pending: RefCell<Option<Pending>>,
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
            last_owner: Cell::new(NO_PAGE),
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

    /// Takes over a page that the server has rendered. `false` when the model
    /// is not of the page at this URL: then it has to be [loaded](Self::visit).
    pub fn take_over(
        self: &Rc<Self>,
        url: &LocalUrl,
        page: &str,
        fingerprint: u64,
        model: &[u8],
    ) -> bool {
        let Some((entry, params)) = self.pages.find(&url.path) else { return false };
        if entry.name != page || entry.fingerprint != fingerprint {
            return false;
        }
        let entry = *entry;
        let owner = self.new_owner();
        let place = self.place(url, owner);
        let Ok(page) = entry.start(&params, Origin::Model(model), place) else { return false };
        self.screen.take_over();
        self.show(page, entry, url.path.clone(), owner, |app| app.mounted());
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
        self.tell_shown();
        let app = self.clone();
        self.screen.show(page, move || {
            // Another page may have come in between.
            if app.owner() == Some(owner) {
                after(app);
            }
        });
    }

    fn mounted(self: Rc<Self>) {
        let page = self.current.borrow().as_ref().map(|current| current.page.clone());
        if let Some(page) = page {
            self.perform(page.mounted());
        }
    }

    /// Handles every message in the page's queue, then renders it once.
    fn drain(self: &Rc<Self>) {
        let current = self.current.borrow();
        let Some((page, owner)) = current.as_ref().map(|it| (it.page.clone(), it.owner)) else {
            return;
        };
        drop(current);
        while let Some(effect) = page.clone().step() {
            self.perform(effect);
            // The effect has led to another page: this one's messages end here.
            if self.owner() != Some(owner) {
                return;
            }
        }
        self.screen.redraw();
        self.reconsider();
    }

    fn perform(self: &Rc<Self>, effect: Effect<()>) {
        let Some((owner, tasks)) =
            self.current.borrow().as_ref().map(|current| (current.owner, current.tasks.clone()))
        else {
            return;
        };
        for action in effect.into_actions() {
            match action {
                Action::Call(request, then) => self.call(owner, &tasks, request, then),
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
            }
        }
    }

    /// Whether the server would not take a frame about this, of so many bytes.
    fn is_too_large(&self, name: &str, body: usize) -> bool {
        name.len() + body + FRAME_HEAD > self.max_frame.get()
    }

    fn place(self: &Rc<Self>, url: &LocalUrl, owner: Owner) -> Place {
        let app = Rc::downgrade(self);
        let wake = Rc::new(move || {
            if let Some(app) = app.upgrade()
                && app.owner() == Some(owner)
            {
                app.drain();
            }
        });
        Place { url: url.path.clone(), wake }
    }

    fn owner(&self) -> Option<Owner> {
        self.current.borrow().as_ref().map(|current| current.owner)
    }

    fn new_owner(&self) -> Owner {
        self.last_owner.set(self.last_owner.get() + 1);
        self.last_owner.get()
    }
}

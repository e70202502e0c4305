//! The app in the browser: the page that is shown, the one that is on its way,
//! and the connection both share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::StreamExt;
use rally_core::call::Outcome;
use rally_core::codec;
use rally_core::effect::{Action, Effect, History};
use rally_core::frame::{ClientFrame, Refusal, RequestId, ServerFrame};
use rally_core::registry::{PageEntry, Pages};
use rally_core::route::Params;
use rally_core::running::{Origin, Place, Running};
use rally_core::screen::Screen;

use crate::calls::{Calls, Continuation, OnClose, Owner};
use crate::perform::Tasks;
use crate::platform::{Arrival, Connection, LocalUrl, Platform, Progress};
use crate::socket::{self, Socket};

/// How long a navigation may take before the visitor is shown that it goes on.
const PROGRESS_AFTER: Duration = Duration::from_millis(200);

/// How often the server may lead on before the browser is left to find out
/// that it leads in circles.
const MOST_REDIRECTS: u32 = 20;

/// Requests of no page: navigations.
const NO_PAGE: Owner = 0;

/// The app in the browser.
pub struct App {
    platform: Rc<dyn Platform>,
    pages: Pages,
    screen: Screen,
    socket: RefCell<Socket>,
    calls: RefCell<Calls>,
    current: RefCell<Option<Current>>,
    pending: RefCell<Option<Pending>>,
    /// Whether the URL is not that of the page shown: there is none yet, or
    /// the back button was used.
    astray: Cell<bool>,
    last_owner: Cell<Owner>,
    /// When the timer that is set goes off.
    wakes_at: Cell<Option<Duration>>,
}

/// The page that is shown.
struct Current {
    page: Rc<dyn Running>,
    url: LocalUrl,
    owner: Owner,
    tasks: Rc<Tasks>,
}

/// The page that is on its way.
struct Pending {
    request: RequestId,
    redirects: u32,
    /// Dropped with the navigation, so the bar does not come up afterwards.
    _progress: Tasks,
}

/// What a navigation does to the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A link or an effect.
    Visit(History),
    /// The back or forward button: the URL has changed already.
    Pop,
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
            current: RefCell::default(),
            pending: RefCell::default(),
            astray: Cell::new(true),
            last_owner: Cell::new(NO_PAGE),
            wakes_at: Cell::default(),
        })
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
        print: u64,
        model: &[u8],
    ) -> bool {
        let Some((entry, params)) = self.pages.find(&url.path) else { return false };
        if entry.name != page || (entry.fingerprint)() != print {
            return false;
        }
        let owner = self.new_owner();
        let place = self.place(url, owner);
        let Ok(page) = entry.start(&params, Origin::Model(model), place) else { return false };
        self.screen.take_over();
        self.show(page, url.clone(), owner, |app| app.mounted());
        true
    }

    /// Opens the connection.
    pub fn connect(self: &Rc<Self>) {
        let action = self.socket.borrow_mut().start(self.platform.now());
        self.act(Some(action));
    }

    /// Whether this app has a page at a URL.
    pub fn has_page(&self, url: &LocalUrl) -> bool {
        self.pages.find(&url.path).is_some()
    }

    /// Whether this URL differs from the current one in its fragment at most.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.current.borrow().as_ref().is_some_and(|current| current.url.path == url.path)
    }

    /// Goes to a URL, whichever it is.
    pub fn visit(self: &Rc<Self>, url: &str, history: History) {
        self.redirected(url, history, 0);
    }

    fn redirected(self: &Rc<Self>, url: &str, history: History, redirects: u32) {
        match self.platform.local_url(url) {
            // A place on the page that is shown is the browser's to scroll to.
            Some(local) if self.is_current(&local) && !local.fragment.is_empty() => {
                self.give_up_navigation();
                self.platform.load_document(url, history);
            }
            Some(local) if self.has_page(&local) && redirects <= MOST_REDIRECTS => {
                self.start(local, Cause::Visit(history), redirects);
            }
            _ => {
                self.give_up_navigation();
                self.platform.load_document(url, history);
            }
        }
    }

    /// Goes to a page of this app. The page before stays until the data of the
    /// next is here; a navigation that was under way is given up.
    pub fn navigate(self: &Rc<Self>, url: LocalUrl, cause: Cause) {
        self.start(url, cause, 0);
    }

    fn start(self: &Rc<Self>, url: LocalUrl, cause: Cause, redirects: u32) {
        self.give_up_navigation();
        if cause == Cause::Pop {
            self.astray.set(true);
        }
        let Some((entry, params)) = self.pages.find(&url.path) else {
            return self.leave(&url, cause);
        };
        if !entry.has_loader {
            let nothing = codec::encode(&()).unwrap_or_default();
            return self.arrive(entry, &params, &nothing, url, cause);
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
        self.pending.replace(Some(Pending { request, redirects, _progress: progress }));
    }

    /// The back or forward button was used; the URL is the current one.
    pub fn popped(self: &Rc<Self>, url: LocalUrl) {
        if !self.is_current(&url) {
            return self.navigate(url, Cause::Pop);
        }
        self.give_up_navigation();
        self.astray.set(false);
        self.platform.arrived(&url, Arrival::Returned);
        if let Some(current) = &mut *self.current.borrow_mut() {
            current.url = url;
        }
    }

    /// The connection stands.
    pub fn opened(self: &Rc<Self>) {
        self.socket.borrow_mut().opened(self.platform.now());
        self.platform.show_connection(Connection::Connected);
        self.flush();
    }

    /// The connection is lost, or did not come about.
    pub fn closed(self: &Rc<Self>) {
        let platform = &self.platform;
        self.socket.borrow_mut().closed(platform.now(), platform.random());
        platform.show_connection(Connection::Disconnected);
        let told = self.calls.borrow_mut().disconnected();
        told.into_iter().for_each(|then| then(Outcome::Offline));
        self.set_timer();
    }

    /// There is reason to think that the network is back.
    pub fn online(self: &Rc<Self>) {
        let action = self.socket.borrow_mut().hurry(self.platform.now());
        self.act(action);
    }

    /// A frame came. One that is malformed, or about no request that waits, is
    /// dropped: the page goes on.
    pub fn received(self: &Rc<Self>, bytes: &[u8]) {
        self.socket.borrow_mut().heard(self.platform.now());
        let (id, outcome) = match ServerFrame::read(bytes) {
            Ok(ServerFrame::Ok { id, body }) => (id, Outcome::Ok(body.to_vec())),
            Ok(ServerFrame::Err { id, body }) => (id, Outcome::Err(body.to_vec())),
            Ok(ServerFrame::Refused { id, refusal }) => (id, Outcome::Refused(refusal)),
            Ok(ServerFrame::Pong) | Err(_) => return,
        };
        let then = self.calls.borrow_mut().complete(id);
        if let Some(then) = then {
            then(outcome);
        }
    }

    /// The timer went off.
    pub fn tick(self: &Rc<Self>) {
        self.wakes_at.set(None);
        let now = self.platform.now();
        loop {
            let overdue = self.calls.borrow_mut().expire(now);
            let Some(then) = overdue else { break };
            then(Outcome::TimedOut);
        }
        let action = self.socket.borrow_mut().tick(now);
        self.act(action);
    }

    /// The loader's answer is here.
    fn loaded(
        self: &Rc<Self>,
        entry: &PageEntry,
        params: &Params,
        outcome: Outcome,
        url: LocalUrl,
        cause: Cause,
    ) {
        let redirects = self.pending.borrow().as_ref().map_or(0, |pending| pending.redirects);
        self.give_up_navigation();
        match outcome {
            Outcome::Ok(data) => self.arrive(entry, params, &data, url, cause),
            Outcome::Refused(Refusal::Redirect { url: to }) => {
                // Where the button led has an entry already: it is the one to replace.
                let history = match cause {
                    Cause::Visit(history) => history,
                    Cause::Pop => History::Replace,
                };
                self.redirected(&to, history, redirects + 1);
            }
            // The document says why there is no page, with the right status.
            Outcome::Refused(_) | Outcome::Err(_) => self.leave(&url, cause),
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
        entry: &PageEntry,
        params: &Params,
        data: &[u8],
        url: LocalUrl,
        cause: Cause,
    ) {
        let owner = self.new_owner();
        let place = self.place(&url, owner);
        let Ok(page) = entry.start(params, Origin::Data(data), place) else {
            return self.leave(&url, cause);
        };
        let arrival = match cause {
            Cause::Visit(history) => {
                self.platform.write_history(&url, history);
                Arrival::Entered
            }
            Cause::Pop => Arrival::Returned,
        };
        self.show(page, url.clone(), owner, move |app| {
            app.platform.arrived(&url, arrival);
            app.mounted();
        });
    }

    /// Ends the page before, and shows this one.
    fn show(
        self: &Rc<Self>,
        page: Rc<dyn Running>,
        url: LocalUrl,
        owner: Owner,
        after: impl FnOnce(Rc<Self>) + 'static,
    ) {
        let tasks = Rc::new(Tasks::new(self.platform.clone()));
        let next = Current { page: page.clone(), url, owner, tasks };
        self.astray.set(false);
        if let Some(left) = self.current.replace(Some(next)) {
            self.calls.borrow_mut().cancel_all(left.owner);
        }
        let app = self.clone();
        self.screen.show(page, move || {
            // Another page may have come in between.
            if app.owner() == Some(owner) {
                after(app);
            }
        });
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
        let history = match cause {
            Cause::Visit(history) => history,
            Cause::Pop => History::Replace,
        };
        self.platform.load_document(&format!("{}{}", url.path, url.fragment), history);
    }

    fn give_up_navigation(&self) {
        if let Some(pending) = self.pending.take() {
            self.calls.borrow_mut().cancel(pending.request);
            self.platform.show_progress(Progress::Done);
        }
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
    }

    fn perform(self: &Rc<Self>, effect: Effect<()>) {
        let Some((owner, tasks)) =
            self.current.borrow().as_ref().map(|current| (current.owner, current.tasks.clone()))
        else {
            return;
        };
        for action in effect.into_actions() {
            match action {
                Action::Call(request, then) => {
                    let (name, fingerprint) = (request.name, request.fingerprint);
                    let frame = |id| {
                        let body = &request.body[..];
                        ClientFrame::Call { id, name, fingerprint, body }.to_bytes()
                    };
                    self.request(owner, OnClose::Fail, frame, then);
                }
                Action::Http(request, then) => {
                    let response = self.platform.fetch(request);
                    tasks.spawn(async move { then(response.await) });
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
            }
        }
    }

    /// Asks for a page's data.
    fn enter(self: &Rc<Self>, entry: &PageEntry, url: &str, then: Continuation) -> RequestId {
        let (page, fingerprint) = (entry.name, (entry.fingerprint)());
        let frame = |id| ClientFrame::Enter { id, page, fingerprint, url }.to_bytes();
        self.request(NO_PAGE, OnClose::AskAgain, frame, then)
    }

    fn request(
        self: &Rc<Self>,
        owner: Owner,
        on_close: OnClose,
        frame: impl FnOnce(RequestId) -> Vec<u8>,
        then: Continuation,
    ) -> RequestId {
        let now = self.platform.now();
        let id = self.calls.borrow_mut().start(owner, on_close, now, frame, then);
        self.flush();
        id
    }

    /// Sends what waits to be sent, if the connection stands.
    fn flush(self: &Rc<Self>) {
        if self.socket.borrow().is_open() {
            for frame in self.calls.borrow_mut().take_unsent() {
                self.platform.send(&frame);
            }
        }
        self.set_timer();
    }

    fn act(self: &Rc<Self>, action: Option<socket::Action>) {
        match action {
            None => {}
            Some(socket::Action::Connect) => self.platform.connect(),
            Some(socket::Action::Ping) => self.platform.send(&ClientFrame::Ping.to_bytes()),
            Some(socket::Action::GiveUp) => {
                self.platform.disconnect();
                return self.closed();
            }
        }
        self.set_timer();
    }

    /// Sees to it that [`Self::tick`] is called when something is due.
    fn set_timer(self: &Rc<Self>) {
        let socket = self.socket.borrow().deadline();
        let calls = self.calls.borrow().next_deadline();
        let Some(due) = socket.into_iter().chain(calls).min() else { return };
        if self.wakes_at.get().is_some_and(|wakes_at| wakes_at <= due) {
            return;
        }
        self.wakes_at.set(Some(due));
        let sleep = self.platform.sleep(due.saturating_sub(self.platform.now()));
        let app = self.clone();
        self.platform.spawn(Box::pin(async move {
            sleep.await;
            // An earlier timer was set since: this one has nothing to say.
            if app.wakes_at.get() == Some(due) {
                app.tick();
            }
        }));
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

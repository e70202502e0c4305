//! The app in the browser.
//!
//! [`App`] receives the events of the browser, the server and the programs. It passes an event to
//! the parts of the app that own the affected state, such as `Navigation`. Then it executes the
//! actions that these parts return (`app/actions.rs`).

mod actions;
mod in_place;
mod keyed;
mod part;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use rally_core::call::Outcome;
use rally_core::effect::{History, Then};
use rally_core::flags::Flags;
use rally_core::form::pending::{self, Submit};
use rally_core::frame::{Refusal, RequestId};
use rally_core::registry::Pages;
use rally_core::running::{Signal, visit};
use rally_core::screen::Screen;
use rally_core::view::{RawEvent, Reaction};

pub use crate::navigation::NavigationCause;

use crate::navigation::{Navigation, RedirectDecision, RefusalAction};
use crate::network::Link;
use crate::platform::{Arrival, ConnectionStatus, LocalUrl, Platform, Progress, Tasks};
use crate::runtime::{Carry, Issued, Preferences, Programs, message_loop};
use crate::version::Reload;
use part::Part;

/// The app in one browser tab: the running programs, the connection and the navigation.
pub struct App {
    platform: Rc<dyn Platform>,
    screen: Screen,
    programs: Programs,
    preferences: Preferences,
    link: Part<Link<Waiter>>,
    navigation: Part<Navigation>,
    reload: Part<Reload>,
    carry: Part<Carry>,
    /// The number of requests for the client context.
    refreshes: Cell<u32>,
    /// The number of the request whose answer was taken over last. Older answers are dropped.
    refreshed: Cell<u32>,
    /// The submit of a form whose messages are being handled.
    submit: RefCell<Option<Submit>>,
}

enum Waiter {
    Call(Call),
    Navigation,
    /// The client context, made again, with the number of the request.
    Context(u32),
}

impl Waiter {
    /// If the call was cancelled, its form can be submitted again before the server has replied.
    fn end_submit_if_cancelled(&mut self) {
        if let Self::Call(call) = self
            && call.tasks.strong_count() == 0
        {
            call.submit = None;
        }
    }
}

struct Call {
    name: &'static str,
    fingerprint: u64,
    /// The visit in which the call was made.
    visit: u32,
    then: Then<Outcome, ()>,
    /// The tasks that the call belongs to. They have ended if the call was cancelled.
    tasks: Weak<Tasks>,
    /// The submit of a form for which the call was made.
    submit: Option<Submit>,
}

impl App {
    /// Creates an app that shows no page yet.
    pub fn new(platform: Rc<dyn Platform>, pages: Pages) -> Rc<Self> {
        let app = Rc::new(Self {
            programs: Programs::new(platform.clone()),
            platform,
            screen: Screen::default(),
            preferences: Preferences::default(),
            link: Part::default(),
            navigation: Part::new(Navigation::new(pages)),
            reload: Part::default(),
            carry: Part::default(),
            refreshes: Cell::default(),
            refreshed: Cell::default(),
            submit: RefCell::default(),
        });
        let this = Rc::downgrade(&app);
        app.screen.set_schedule(move || schedule_render(&this));
        let signal = app.programs.signal().clone();
        app.platform.spawn(Box::pin(drain_if_raised(Rc::downgrade(&app), signal)));
        app
    }

    /// Sets the maximum size of a frame that the server accepts, in bytes.
    pub fn set_max_frame(&self, bytes: usize) {
        self.link.with(|link| link.set_max_frame(bytes));
    }

    /// Returns the screen, which renders the shown page and its layout.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Starts the programs of a page that the server has rendered, from the models in `flags`. The
    /// page is that at `url`, or the error page. Returns `false` if the flags do not decode, or if
    /// they belong to another page. The caller must then [load](Self::navigate) the page.
    pub fn hydrate(self: &Rc<Self>, url: &LocalUrl, flags: &Flags<'_>) -> bool {
        let Flags::Page { page, fingerprint, max_frame, context, layout, model } = *flags else {
            return false;
        };
        self.set_max_frame(max_frame as usize);
        let found = self.navigation.with(|it| it.find_rendered(page, &url.path));
        let Some((entry, params)) = found else { return false };
        if entry.name != page || entry.fingerprint != fingerprint {
            return false;
        }
        let next_page = self.programs.hydrate(&entry, &params, [context, layout, model]);
        let Some(next_page) = next_page else { return false };
        self.screen.hydrate();
        let hydrated = Box::new(|app: &Rc<Self>| {
            // Hydration needs the same view as the server has rendered. The preferences may change
            // the view, so they are read after hydration.
            app.preferences.read(&*app.platform, &app.programs);
            app.mounted();
        });
        self.show(&next_page, entry, url.path.clone(), hydrated);
        true
    }

    /// Starts to open the connection to the server.
    pub fn connect(self: &Rc<Self>) {
        let action = self.link.with(|link| link.start(self.platform.now()));
        self.act(Some(action));
    }
}

impl App {
    /// Called when the connection has opened. Sends a `PageShown` frame, then the queued frames.
    pub fn opened(self: &Rc<Self>) {
        self.link.with(|link| link.opened(self.platform.now()));
        self.platform.show_connection(ConnectionStatus::Connected);
        self.send_page_shown();
        self.flush();
        self.check_reload();
    }

    /// Called when the connection is lost, or when an attempt to connect has failed. Calls that
    /// were sent and have no reply yet receive `Outcome::Offline`.
    pub fn closed(self: &Rc<Self>) {
        let (now, random) = (self.platform.now(), self.platform.random());
        let lost = self.link.with(|link| link.closed(now, random));
        self.platform.show_connection(ConnectionStatus::Disconnected);
        self.navigation.with(Navigation::disconnected);
        lost.into_iter().for_each(|waiter| self.complete(waiter, Outcome::Offline));
        self.set_timer();
        self.check_reload();
    }

    /// Called when the browser reports that the network is available. If the client waits for its
    /// next attempt to connect, the attempt starts at once.
    pub fn online(self: &Rc<Self>) {
        let action = self.link.with(|link| link.connect_now(self.platform.now()));
        self.act(action);
    }

    /// Handles a frame from the server. Ignores malformed frames, and replies to requests that are
    /// no longer in flight.
    pub fn received(self: &Rc<Self>, bytes: &[u8]) {
        let reply = self.link.with(|link| link.received(self.platform.now(), bytes));
        if let Some((id, outcome)) = reply {
            self.handle_reply(id, outcome);
            self.renew();
        }
        self.check_reload();
    }

    fn handle_reply(self: &Rc<Self>, id: RequestId, outcome: Outcome) {
        if self.navigation.with(|it| it.is_about_page(id)) {
            return self.handle_page_reply(id, &outcome);
        }
        match (id, outcome) {
            // A frame with id 0 answers no request. A refusal with this id is about the connection:
            // the caller must sign in.
            (0, Outcome::Refused(Refusal::SignIn { url })) => self.go_to_sign_in(&url),
            (id, Outcome::Refused(Refusal::OtherPage)) if self.repeat(id) => {}
            (id, outcome) => {
                if let Some(waiter) = self.link.with(|link| link.complete(id)) {
                    self.complete(waiter, outcome);
                }
            }
        }
    }

    fn handle_page_reply(self: &Rc<Self>, id: RequestId, outcome: &Outcome) {
        let Outcome::Refused(refusal) = outcome else { return };
        match RefusalAction::of(refusal) {
            RefusalAction::Document => {
                let Some(url) = self.navigation.with(|it| it.refused_url()) else { return };
                if self.redirect(&url, History::Replace) == RedirectDecision::Leaving {
                    self.send_page_shown_later(id);
                }
            }
            RefusalAction::Stale => {
                let current = self.navigation.with(|it| it.current().map(|(entry, _)| *entry));
                if let Some(entry) = current {
                    self.found_stale(entry.name, entry.fingerprint);
                }
            }
            RefusalAction::Later => {
                self.navigation.with(|it| it.refused_for_now());
                self.send_page_shown_later(id);
            }
            RefusalAction::Nothing => {}
        }
    }

    fn complete(self: &Rc<Self>, waiter: Waiter, outcome: Outcome) {
        match waiter {
            Waiter::Call(call) => self.complete_call(call, outcome),
            Waiter::Navigation => self.loaded(outcome),
            Waiter::Context(number) => self.context_refreshed(number, &outcome),
        }
    }

    /// Passes the outcome of a call to its program. A stale call is recorded first, so that an
    /// `Effect::reload` or `Effect::stay` that the program then returns takes effect. A redirect to the
    /// sign-in page starts after the program has handled the outcome.
    fn complete_call(self: &Rc<Self>, call: Call, outcome: Outcome) {
        let mut sign_in = None;
        match &outcome {
            // `Unknown`: a server that does not know the name of the call runs another build.
            Outcome::Refused(Refusal::Stale | Refusal::Unknown) => {
                self.found_stale(call.name, call.fingerprint);
            }
            Outcome::Refused(Refusal::SignIn { url }) => sign_in = Some(url.clone()),
            _ => {}
        }
        if call.tasks.strong_count() > 0 {
            let _visit = visit::enter(call.visit);
            self.handle(call.submit, || (call.then)(outcome));
        }
        if let Some(url) = sign_in {
            self.go_to_sign_in(&url);
        }
    }

    /// Called when the timer fires. Handles the deadline of the connection, and completes the
    /// requests whose deadline has passed.
    pub fn tick(self: &Rc<Self>) {
        let now = self.platform.now();
        let action = self.link.with(|link| link.tick(now));
        loop {
            let Some(expired) = self.link.with(|link| link.expire(now)) else { break };
            self.complete(expired, Outcome::TimedOut);
        }
        self.act(action);
        self.renew();
        self.check_reload();
    }

    fn session_changed(self: &Rc<Self>) {
        self.reload.with(Reload::session_changed);
        self.navigation.with(|it| it.session_changed(&*self.platform));
        self.link.with(Link::session_changed);
        self.renew();
    }
}

impl App {
    /// Returns `true` if the app has a page at `url`.
    pub fn has_page(&self, url: &LocalUrl) -> bool {
        self.navigation.with(|it| it.find(&url.path).is_some())
    }

    /// Returns `true` if `url` is the URL of the shown page. Fragments are not compared.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.navigation.with(|it| it.is_current(url))
    }

    /// Navigates to any URL, for an effect. A page of this app needs no page load, unless this
    /// document is outdated or has an old session. Fragments of the shown page and all other URLs are
    /// passed to the browser.
    pub fn visit(self: &Rc<Self>, url: &str, history: History) {
        match self.platform.local_url(url) {
            Some(local) if self.navigation.with(|it| it.leads_to_page(&local)) => {
                self.begin_navigation(local, NavigationCause::Visit(history));
            }
            _ => {
                self.give_up_navigation();
                self.load_document(url, history);
            }
        }
    }

    /// Navigates to a URL of this app, because the visitor has followed a link or gone back. Gives
    /// up a pending navigation. If the next page needs data from the server, the shown page stays
    /// until the data has arrived.
    pub fn navigate(self: &Rc<Self>, url: LocalUrl, cause: NavigationCause) {
        self.carry.with(Carry::clear);
        self.begin_navigation(url, cause);
    }

    fn begin_navigation(self: &Rc<Self>, url: LocalUrl, cause: NavigationCause) {
        // The next page does not belong to the visit of its cause.
        let _shown = visit::enter(0);
        self.give_up_navigation();
        // If an older one started after its delay, it would give up this one.
        self.programs.forget_delayed_navigations();
        let needs_document = self.needs_document();
        let next = self.navigation.with(|it| it.navigate(url, cause, needs_document));
        self.follow(next);
    }

    fn loaded(self: &Rc<Self>, outcome: Outcome) {
        let needs_document = self.needs_document();
        if let Some(next) = self.navigation.with(|it| it.loaded(outcome, needs_document)) {
            self.platform.show_progress(Progress::Done);
            self.follow(next);
        }
    }

    /// Called after the back or forward button. The browser has written `url` to the address bar
    /// already.
    pub fn popped(self: &Rc<Self>, url: LocalUrl) {
        if !self.is_current(&url) {
            return self.navigate(url, NavigationCause::Pop);
        }
        self.give_up_navigation();
        self.navigation.with(Navigation::returned);
        match self.navigation.with(|it| it.keeps_model()) {
            true => self.platform.arrived_in_place(&url, Arrival::Returned),
            false => self.platform.arrived(&url, Arrival::Returned),
        }
        self.check_reload();
    }

    /// Called for an event that a listener of the screen waits for. Runs the handler, handles its
    /// messages, and returns what the handler requests from the browser. The screen is rendered
    /// later.
    ///
    /// `path` is the position of the listener, see [`Screen::handle`]. Ignores an event whose
    /// listener does not exist, and reports an event whose data cannot be decoded. A handler may
    /// cause another event, for example by moving the focus.
    pub fn event(self: &Rc<Self>, path: &[u32], event: RawEvent<'_>) -> Reaction {
        // It may occur while something else is handled.
        let _shown = visit::enter(0);
        let reaction = match self.screen.handle(path, event) {
            Some(Ok(reaction)) => reaction,
            Some(Err(error)) => {
                self.platform.report(&format!("cannot read the data of an event: {error}"));
                return Reaction::default();
            }
            None => return Reaction::default(),
        };
        self.handle(pending::take_begun(), || {});
        self.screen.schedule();
        reaction
    }

    /// Sends messages, and handles them. The requests that they cause belong to a submit.
    fn handle(self: &Rc<Self>, submit: Option<Submit>, send: impl FnOnce()) {
        // Messages may cause an event, which is handled meanwhile.
        let outer = self.submit.replace(submit);
        send();
        self.drain();
        self.submit.replace(outer);
    }

    /// Records that the visitor has edited a field of the page.
    pub fn edited(&self) {
        self.reload.with(Reload::edited);
    }

    /// Called when the browser shows this document: possibly again, from its back/forward cache.
    pub fn document_kept(&self) {
        self.reload.with(Reload::document_kept);
        // The visitor may have signed out meanwhile. When the server receives this frame, it checks
        // the access to the page again.
        self.send_page_shown();
        self.check_reload();
    }

    /// Called when the system switches between its light and dark theme.
    pub fn system_changed(self: &Rc<Self>) {
        if self.programs.context().is_some() {
            self.preferences.follow_system(&*self.platform, &self.programs);
            self.drain();
        }
    }
}

impl App {
    /// Runs `mounted` of the layout, if it has not run yet, and then of the page. Their HTML must
    /// be in the document.
    fn mounted(self: &Rc<Self>) {
        let shown = self.programs.page_owner();
        if let Some(issued) = self.programs.mount_layout() {
            self.perform(issued);
        }
        // An effect of the layout may have shown another page. `mounted` of that page runs later,
        // when its HTML is in the document.
        if self.programs.page_owner() == shown
            && let Some(issued) = self.programs.mount_page()
        {
            self.perform(issued);
        }
        self.drain();
        if self.platform.report_early_input() {
            self.edited();
        }
    }

    fn drain(self: &Rc<Self>) {
        // Each message has a visit of its own.
        let _shown = visit::enter(0);
        if message_loop::run(&self.programs, &self.screen, |issued| self.perform(issued)) {
            self.programs.show_head(&*self.platform);
        }
        // A reload that an effect has requested must not be asked about.
        if !self.reload.with(|it| it.is_reloading()) {
            self.programs.guard_leaving(&*self.platform);
        }
        self.check_reload();
    }

    fn perform(self: &Rc<Self>, issued: Issued) {
        self.perform_keyed(issued.owner, &issued.tasks, (&[], &issued.tasks), issued.actions);
    }
}

/// Renders the screen in a task of its own, after the changes that are being made now.
fn schedule_render(app: &Weak<App>) {
    let Some(running) = app.upgrade() else { return };
    let app = app.clone();
    running.platform.spawn(Box::pin(async move {
        if let Some(app) = app.upgrade() {
            app.screen.render();
        }
    }));
}

/// Handles the messages that the app does not handle at once, such as those of tasks.
async fn drain_if_raised(app: Weak<App>, signal: Signal) {
    loop {
        signal.raised().await;
        match app.upgrade() {
            Some(app) => app.drain(),
            None => return,
        }
    }
}

//! The app in the browser. It takes the events of the browser, the server and the programs,
//! gives each to the part that owns the state it is about, and carries out what that answers.
//!
//! The events are here; how an answer is carried out is in `app/actions.rs`.

mod actions;
mod part;

use std::rc::{Rc, Weak};

use rally_core::call::Outcome;
use rally_core::effect::{History, Then};
use rally_core::flags::Flags;
use rally_core::frame::{Refusal, RequestId};
use rally_core::registry::Pages;
use rally_core::running::Wake;
use rally_core::screen::Screen;

pub use crate::navigation::Cause;

use crate::navigation::{Navigation, RefusalAction, Verdict};
use crate::network::{Link, Owner};
use crate::platform::{Arrival, ConnectionStatus, LocalUrl, Platform, Progress};
use crate::runtime::{Issued, Preferences, Programs, effects, message_loop};
use crate::version::Reload;
use part::Part;

/// The app in the browser.
pub struct App {
    platform: Rc<dyn Platform>,
    screen: Screen,
    programs: Programs,
    preferences: Preferences,
    link: Part<Link<Waiter>>,
    navigation: Part<Navigation>,
    reload: Part<Reload>,
}

/// Waits for a request.
enum Waiter {
    /// The program that made a call.
    Call(Call),
    /// The navigation that is under way.
    Navigation,
}

/// A call, and the program that waits for it.
struct Call {
    name: &'static str,
    fingerprint: u64,
    then: Then<Outcome, ()>,
}

/// Beginning.
impl App {
    /// An app that shows nothing yet.
    pub fn new(platform: Rc<dyn Platform>, pages: Pages) -> Rc<Self> {
        Rc::new_cyclic(|app: &Weak<Self>| {
            let app = app.clone();
            Self {
                programs: Programs::new(platform.clone(), move |owner| wake(app.clone(), owner)),
                platform,
                screen: Screen::default(),
                preferences: Preferences::default(),
                link: Part::default(),
                navigation: Part::new(Navigation::new(pages)),
                reload: Part::default(),
            }
        })
    }

    /// The server takes frames up to this size, in bytes.
    pub fn set_max_frame(&self, bytes: usize) {
        self.link.with(|link| link.set_max_frame(bytes));
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
        let Some((entry, params)) = self.navigation.with(|it| it.find(&url.path)) else {
            return false;
        };
        if entry.name != page || entry.fingerprint != fingerprint {
            return false;
        }
        let begun = self.programs.take_over(&entry, &params, [context, layout, model]);
        let Some(next_page) = begun else { return false };
        self.screen.take_over();
        self.show(&next_page, entry, url.path.clone(), |app| {
            // Not before: the browser has to find what the server has written.
            app.preferences.read(&*app.platform, &app.programs);
            app.mounted();
        });
        true
    }

    /// Opens the connection.
    pub fn connect(self: &Rc<Self>) {
        let action = self.link.with(|link| link.start(self.platform.now()));
        self.act(Some(action));
    }
}

/// The connection and the timer.
impl App {
    /// The connection stands.
    pub fn opened(self: &Rc<Self>) {
        self.link.with(|link| link.opened(self.platform.now()));
        self.platform.show_connection(ConnectionStatus::Connected);
        self.tell_shown();
        self.flush();
        self.reconsider();
    }

    /// The connection is lost, or did not come about.
    pub fn closed(self: &Rc<Self>) {
        let (now, random) = (self.platform.now(), self.platform.random());
        let lost = self.link.with(|link| link.closed(now, random));
        self.platform.show_connection(ConnectionStatus::Disconnected);
        self.navigation.with(Navigation::disconnected);
        lost.into_iter().for_each(|waiter| self.complete(waiter, Outcome::Offline));
        self.set_timer();
        self.reconsider();
    }

    /// There is reason to think that the network is back.
    pub fn online(self: &Rc<Self>) {
        let action = self.link.with(|link| link.hurry(self.platform.now()));
        self.act(action);
    }

    /// A frame came. One that is malformed, or about no request that waits, is
    /// dropped: the page goes on.
    pub fn received(self: &Rc<Self>, bytes: &[u8]) {
        let reply = self.link.with(|link| link.received(self.platform.now(), bytes));
        if let Some((id, outcome)) = reply {
            self.answered(id, outcome);
            self.renew();
        }
        self.reconsider();
    }

    fn answered(self: &Rc<Self>, id: RequestId, outcome: Outcome) {
        if self.navigation.with(|it| it.is_about_page(id)) {
            return self.page_answered(id, &outcome);
        }
        match (id, outcome) {
            // About none of the requests, so about whoever has connected.
            (0, Outcome::Refused(Refusal::SignIn { url })) => self.go_to_sign_in(&url),
            (id, outcome) => {
                if let Some(waiter) = self.link.with(|link| link.complete(id)) {
                    self.complete(waiter, outcome);
                }
            }
        }
    }

    /// The server has answered to what it was told of the page that is shown.
    fn page_answered(self: &Rc<Self>, id: RequestId, outcome: &Outcome) {
        let Outcome::Refused(refusal) = outcome else { return };
        match RefusalAction::of(refusal) {
            // Its document says why it is not to be shown.
            RefusalAction::Document => {
                let Some(url) = self.navigation.with(|it| it.refused_url()) else { return };
                if self.leave_by_itself(&url, History::Replace) == Verdict::Leaving {
                    self.tell_shown_later(id);
                }
            }
            RefusalAction::Stale => {
                let current = self.navigation.with(|it| it.current().map(|(entry, _)| *entry));
                if let Some(entry) = current {
                    self.found_stale(entry.name, entry.fingerprint);
                }
            }
            RefusalAction::Later => self.tell_shown_later(id),
            RefusalAction::Nothing => {}
        }
    }

    /// A request has ended.
    fn complete(self: &Rc<Self>, waiter: Waiter, outcome: Outcome) {
        match waiter {
            Waiter::Call(call) => self.complete_call(call, outcome),
            Waiter::Navigation => self.loaded(outcome),
        }
    }

    /// A call has ended. One that is stale is known before its program hears of it: what the
    /// program asks for then counts already. One that asks the visitor to sign in is followed
    /// after.
    fn complete_call(self: &Rc<Self>, call: Call, outcome: Outcome) {
        let mut sign_in = None;
        match &outcome {
            // The name is of this build: a server that does not know it runs another.
            Outcome::Refused(Refusal::Stale | Refusal::Unknown) => {
                self.found_stale(call.name, call.fingerprint);
            }
            Outcome::Refused(Refusal::SignIn { url }) => sign_in = Some(url.clone()),
            _ => {}
        }
        (call.then)(outcome);
        if let Some(url) = sign_in {
            self.go_to_sign_in(&url);
        }
    }

    /// The timer went off.
    pub fn tick(self: &Rc<Self>) {
        let now = self.platform.now();
        let action = self.link.with(|link| link.tick(now));
        loop {
            let Some(overdue) = self.link.with(|link| link.expire(now)) else { break };
            self.complete(overdue, Outcome::TimedOut);
        }
        self.act(action);
        self.renew();
        self.reconsider();
    }

    /// A call over HTTP has changed the session.
    fn session_changed(self: &Rc<Self>) {
        self.reload.with(Reload::session_changed);
        self.navigation.with(|it| it.session_changed(&*self.platform));
        self.link.with(Link::session_changed);
        self.renew();
    }
}

/// The visitor.
impl App {
    /// Returns whether this app has a page at a URL.
    pub fn has_page(&self, url: &LocalUrl) -> bool {
        self.navigation.with(|it| it.find(&url.path).is_some())
    }

    /// Returns whether this URL differs from the current one in its fragment at most.
    pub fn is_current(&self, url: &LocalUrl) -> bool {
        self.navigation.with(|it| it.is_current(url))
    }

    /// Goes to a URL, whichever it is.
    pub fn visit(self: &Rc<Self>, url: &str, history: History) {
        match self.platform.local_url(url) {
            Some(local) if self.navigation.with(|it| it.leads_to_page(&local)) => {
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
        let needs_document = self.needs_document();
        let next = self.navigation.with(|it| it.navigate(url, cause, needs_document));
        self.follow(next);
    }

    /// The loader's answer is here.
    fn loaded(self: &Rc<Self>, outcome: Outcome) {
        let needs_document = self.needs_document();
        if let Some(next) = self.navigation.with(|it| it.loaded(outcome, needs_document)) {
            self.platform.show_progress(Progress::Done);
            self.follow(next);
        }
    }

    /// The back or forward button was used; the URL is the current one.
    pub fn popped(self: &Rc<Self>, url: LocalUrl) {
        if !self.is_current(&url) {
            return self.navigate(url, Cause::Pop);
        }
        self.give_up_navigation();
        self.navigation.with(Navigation::returned);
        self.platform.arrived(&url, Arrival::Returned);
        self.reconsider();
    }

    /// The visitor has changed a field of the page.
    pub fn edited(&self) {
        self.reload.with(Reload::edited);
    }

    /// The document comes back from where the browser keeps those that were left.
    pub fn kept(&self) {
        self.reload.with(Reload::kept);
        // The visitor may have signed out in the meantime.
        self.tell_shown();
        self.reconsider();
    }

    /// The system has become dark, or light.
    pub fn system_changed(self: &Rc<Self>) {
        if self.programs.context().is_some() {
            self.preferences.follow_system(&*self.platform, &self.programs);
            self.drain();
        }
    }
}

/// The programs.
impl App {
    /// Page and layout stand in the browser.
    fn mounted(self: &Rc<Self>) {
        let shown = self.programs.page_owner();
        if let Some(issued) = self.programs.mount_layout() {
            self.perform(issued);
        }
        // The layout may have led to another page, which is not there yet.
        if self.programs.page_owner() == shown
            && let Some(issued) = self.programs.mount_page()
        {
            self.perform(issued);
        }
        self.drain();
    }

    /// Handles every message of context, layout and page.
    fn drain(self: &Rc<Self>) {
        if message_loop::run(&self.programs, &self.screen, |issued| self.perform(issued)) {
            self.programs.show_head(&*self.platform);
        }
        self.reconsider();
    }

    fn perform(self: &Rc<Self>, issued: Issued) {
        let Issued { owner, tasks, effect, .. } = issued;
        effects::perform(effect, &tasks, &*self.platform, |request| {
            self.carry_out(owner, &tasks, request);
        });
    }
}

/// Called when a message waits for an owner.
fn wake(app: Weak<App>, owner: Owner) -> Wake {
    Rc::new(move || {
        if let Some(app) = app.upgrade()
            && app.programs.is_running(owner)
        {
            app.drain();
        }
    })
}

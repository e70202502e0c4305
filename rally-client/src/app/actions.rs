//! Carrying out what the parts of the app answer, and what programs ask for.

use std::rc::Rc;
use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::effect::{CallRequest, History, Then};
use rally_core::frame::{ClientFrame, Refusal, RequestId};
use rally_core::http::{HttpRequest, HttpResult};
use rally_core::registry::KnownPage;

use super::{App, Call, Waiter};
use crate::navigation::{ASK_AGAIN_AFTER, Cause, Destination, Next, PROGRESS_AFTER, Verdict};
use crate::network::{self, Owner, http_calls};
use crate::platform::{Arrival, Progress, Tasks, Version};
use crate::runtime::NextPage;
use crate::runtime::effects::Request;
use crate::version::{self, Moment, is_new_in_tab};

/// Of the connection.
impl App {
    pub(super) fn act(self: &Rc<Self>, action: Option<network::ConnectionAction>) {
        match action {
            None => {}
            Some(network::ConnectionAction::Connect) => self.platform.connect(),
            Some(network::ConnectionAction::Ping) => {
                self.platform.send(&ClientFrame::Ping.to_bytes())
            }
            Some(network::ConnectionAction::GiveUp) => {
                self.platform.disconnect();
                return self.closed();
            }
        }
        self.set_timer();
    }

    /// Sends what waits to be sent, if the connection stands.
    pub(super) fn flush(self: &Rc<Self>) {
        for frame in self.link.with(|link| link.take_unsent()) {
            self.platform.send(&frame);
        }
        self.set_timer();
    }

    /// Sees to it that [`Self::tick`] is called when something is due.
    pub(super) fn set_timer(self: &Rc<Self>) {
        let Some(due) = self.link.with(|link| link.set_timer()) else { return };
        let sleep = self.platform.sleep(due.saturating_sub(self.platform.now()));
        let app = self.clone();
        self.platform.spawn(Box::pin(async move {
            sleep.await;
            // An earlier timer was set since: this one has nothing to say.
            if app.link.with(|link| link.is_due(due)) {
                app.tick();
            }
        }));
    }

    /// Opens a connection of the session before anew, once that loses no call.
    pub(super) fn renew(self: &Rc<Self>) {
        let action = self.link.with(|link| link.renew(self.platform.now()));
        if action.is_some() {
            self.navigation.with(|it| it.disconnected());
            self.act(action);
        }
    }

    /// Tells the server which page is shown. Before any call of that page: the
    /// server judges calls by the page that the connection is on.
    pub(super) fn tell_shown(&self) {
        let frame = self.navigation.with(|navigation| {
            let (entry, url) = navigation.current()?;
            let told =
                |link: &mut network::Link<_>| link.page_shown(entry.name, entry.fingerprint, url);
            let (id, frame) = self.link.with(told)?;
            navigation.announced(id);
            Some(frame)
        });
        if let Some(frame) = frame {
            self.platform.send(&frame);
        }
    }

    /// Tells the server of the page anew, unless another one is shown by then.
    pub(super) fn tell_shown_later(self: &Rc<Self>, id: RequestId) {
        let Some(tasks) = self.programs.page_tasks() else { return };
        let app = self.clone();
        tasks.after(ASK_AGAIN_AFTER, move || {
            if app.navigation.with(|it| it.is_last_announced(id)) {
                app.tell_shown();
            }
        });
    }
}

/// Of navigation.
impl App {
    pub(super) fn follow(self: &Rc<Self>, next: Next) {
        match next {
            Next::Load(to) => self.load(to),
            Next::Show(to, data) => self.arrive(to, &data),
            Next::Document(url, history) => self.load_document(&url, history),
            Next::Redirect(url, history) => {
                self.leave_by_itself(&url, history);
            }
            Next::Stuck { is_stale } => {
                if is_stale {
                    self.platform.show_version(Version::Outdated);
                }
                self.platform
                    .report("the page could not be started: it stays as the server sent it");
            }
            Next::Stay => {}
        }
    }

    /// Asks for a page's data.
    fn load(self: &Rc<Self>, to: Destination) {
        let now = self.platform.now();
        let (page, fingerprint, url) = (to.entry.name, to.entry.fingerprint, &to.url.path);
        let request =
            self.link.with(|link| link.load_page(now, page, fingerprint, url, Waiter::Navigation));
        let Some(request) = request else { return self.leave(&to) };
        self.flush();
        let progress = Tasks::new(self.platform.clone());
        let platform = self.platform.clone();
        progress.after(PROGRESS_AFTER, move || platform.show_progress(Progress::Waiting));
        self.navigation.with(|it| it.wait(request, to, progress));
    }

    /// Puts a page in place of the one before.
    fn arrive(self: &Rc<Self>, to: Destination, data: &[u8]) {
        let Ok(is_first) = self.programs.begin_context(&to.entry) else { return self.leave(&to) };
        if is_first {
            self.preferences.read(&*self.platform, &self.programs);
        }
        let next_page = self.programs.begin(&to.entry, &to.params, data, &to.url.path);
        let Some(next_page) = next_page else { return self.leave(&to) };
        let arrival = match to.cause {
            Cause::Visit(history) => {
                self.platform.write_history(&to.url, history);
                Arrival::Entered
            }
            Cause::Pop => Arrival::Returned,
        };
        let url = to.url;
        self.show(&next_page, to.entry, url.path.clone(), move |app| {
            app.platform.arrived(&url, arrival);
            app.mounted();
        });
    }

    /// Ends the page before, and shows this one.
    pub(super) fn show(
        self: &Rc<Self>,
        next_page: &NextPage,
        entry: KnownPage,
        path: String,
        after: impl FnOnce(&Rc<Self>) + 'static,
    ) {
        self.navigation.with(|it| it.shown(entry, path));
        self.reload.with(|it| it.shown());
        for ended in self.programs.show(next_page) {
            self.link.with(|link| link.cancel_all(ended));
        }
        self.tell_shown();
        let (app, owner) = (self.clone(), next_page.owner());
        let (layout, page) = next_page.programs();
        self.screen.show(layout, page, move || {
            // Another page may have come in between.
            if app.programs.page_owner() == Some(owner) {
                app.programs.show_head(&*app.platform);
                after(&app);
            }
        });
    }

    fn leave(self: &Rc<Self>, to: &Destination) {
        let next = self.navigation.with(|it| it.leave(&to.url, to.cause));
        self.follow(next);
    }

    pub(super) fn give_up_navigation(&self) {
        if let Some(request) = self.navigation.with(|it| it.give_up()) {
            self.link.with(|link| link.complete(request));
            self.platform.show_progress(Progress::Done);
        }
    }

    /// Goes where one signs in, at the server's word.
    pub(super) fn go_to_sign_in(&self, url: &str) {
        let local = self.platform.local_url(url);
        if self.navigation.with(|it| it.goes_to_sign_in(local.as_ref(), &*self.platform)) {
            self.leave_by_itself(url, History::Push);
        }
    }

    /// Leaves for a document that no visitor has asked for, if that does not go in circles.
    pub(super) fn leave_by_itself(&self, url: &str, history: History) -> Verdict {
        let now = self.platform.now();
        let verdict = self.navigation.with(|it| it.turned_away(now, &*self.platform));
        match verdict {
            Verdict::Leave => {
                self.give_up_navigation();
                self.load_document(url, history);
            }
            Verdict::Leaving => {}
            Verdict::Stay => self.platform.report(
                "the server does not admit the visitor, and its documents lead back here: \
                 the page stays as it is",
            ),
        }
        verdict
    }

    /// Leaves for another document, which an own reload must not overtake.
    pub(super) fn load_document(&self, url: &str, history: History) {
        let (local, now) = (self.platform.local_url(url), self.platform.now());
        if self.navigation.with(|it| it.leaving(local.as_ref(), now)) {
            self.reload.with(|it| it.leaving());
        }
        self.platform.load_document(url, history);
    }
}

/// Of the version.
impl App {
    /// A call or page turns out to be of another build than the server's.
    pub(super) fn found_stale(&self, name: &str, fingerprint: u64) {
        self.reload.with(|it| it.found(|| is_new_in_tab(&*self.platform, name, fingerprint)));
    }

    pub(super) fn needs_document(&self) -> bool {
        let connected = self.link.with(|link| link.is_open());
        self.reload.with(|it| it.needs_document(connected))
    }

    /// Something has happened that may make this a safe moment to load the document anew, or
    /// no longer one.
    pub(super) fn reconsider(&self) {
        if !self.reload.with(|it| it.is_outdated()) {
            return;
        }
        let Some(dirty) = self.programs.is_dirty() else { return };
        let (connected, waiting) = self.link.with(|link| (link.is_open(), link.is_waiting()));
        let action = self.reload.with(|it| it.step(Moment { connected, waiting, dirty }));
        self.renew_document(action);
    }

    fn renew_document(&self, action: Option<version::ReloadAction>) {
        match action {
            None => {}
            Some(version::ReloadAction::Reload) => self.platform.reload(),
            Some(version::ReloadAction::Tell) => self.platform.show_version(Version::Outdated),
            Some(version::ReloadAction::Untell) => self.platform.show_version(Version::Current),
        }
    }
}

/// Of programs.
impl App {
    pub(super) fn carry_out(self: &Rc<Self>, owner: Owner, tasks: &Rc<Tasks>, request: Request) {
        match request {
            Request::Call(request, then) => self.call(owner, tasks, request, then),
            Request::Http(request, then) => self.fetch(tasks, request, then),
            Request::Navigate(to) => self.visit(&to.url, to.history),
            Request::Reload => {
                let action = self.reload.with(|it| it.insist());
                self.renew_document(action);
            }
            Request::Stay => self.reload.with(|it| it.stay()),
            Request::SendToContext(message) => {
                if let Some(context) = self.programs.context() {
                    context.send(message);
                }
            }
            Request::DarkMode(dark) => {
                self.preferences.set_dark_mode(&*self.platform, &self.programs, dark);
            }
            Request::Lang(lang) => {
                self.preferences.set_lang(&*self.platform, &self.programs, &lang)
            }
        }
    }

    fn call(
        self: &Rc<Self>,
        owner: Owner,
        tasks: &Rc<Tasks>,
        request: CallRequest,
        then: Then<Outcome, ()>,
    ) {
        if self.link.with(|link| link.is_too_large(&request)) {
            let refused = Outcome::Refused(Refusal::TooLarge);
            return tasks.after(Duration::ZERO, || then(refused));
        }
        let call = Call { name: request.name, fingerprint: request.fingerprint, then };
        if request.over_http {
            return self.post(tasks, request, call);
        }
        let now = self.platform.now();
        self.link.with(|link| link.call(now, owner, &request, Waiter::Call(call)));
        self.flush();
    }

    /// Posts a call. The page that has left does not hear of it.
    fn post(self: &Rc<Self>, tasks: &Tasks, request: CallRequest, call: Call) {
        // An upload ends with its page. Any other call is gone through with by
        // the server, and may sign in or out: the app has to hear of that, and
        // the browser of the cookie.
        let carrier = if request.files.is_empty() { self.programs.context_tasks() } else { tasks };
        let (frame, on_its_way) =
            self.link.with(|link| (link.http_frame(&request), link.begin_http()));
        let platform = &*self.platform;
        let app = self.clone();
        let changed = move || app.session_changed();
        let posted = http_calls::post(platform, platform, frame, request.files, changed);
        carrier.spawn(posted.exchange);
        let app = self.clone();
        tasks.spawn(async move {
            // The exchange ends with the page, or tells.
            let Ok(outcome) = posted.outcome.await else { return };
            drop(on_its_way);
            app.complete_call(call, outcome);
            app.reconsider();
        });
    }

    /// Sends an HTTP request of a program's own.
    fn fetch(self: &Rc<Self>, tasks: &Tasks, request: HttpRequest, then: Then<HttpResult, ()>) {
        let response = self.platform.fetch(request);
        let on_its_way = self.link.with(|link| link.begin_http());
        let app = self.clone();
        tasks.spawn(async move {
            let result = response.await;
            drop(on_its_way);
            then(result);
            app.reconsider();
        });
    }
}

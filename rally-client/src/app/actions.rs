//! Methods of `App` that execute the actions returned by its parts, and the requests of programs.

use std::rc::Rc;
use std::time::Duration;

use rally_core::call::Outcome;
use rally_core::context::{CONTEXT_CALL, ClientContext};
use rally_core::effect::{CallRequest, Flash, History, Navigation, Then};
use rally_core::frame::{ClientFrame, Refusal, RequestId};
use rally_core::http::{HttpRequest, HttpResult};
use rally_core::registry::KnownPage;
use rally_core::running::visit;

use super::{App, Call, Waiter};
use crate::navigation::{
    ASK_AGAIN_AFTER, Destination, NavigationStep, PROGRESS_AFTER, RedirectDecision,
};
use crate::network::{self, Owner, http_calls};
use crate::platform::{Progress, Tasks, Version};
use crate::runtime::effects::Request;
use crate::runtime::{CONTEXT, Carry, NextPage};
use crate::version::{self, ReloadConditions, is_new_in_tab};

/// Runs when the HTML of the next page is in the document. Boxed, so that `App::show` exists once.
type AfterShow = Box<dyn FnOnce(&Rc<App>)>;

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

    pub(super) fn flush(self: &Rc<Self>) {
        let report = self.navigation.with(|it| it.last_announced());
        for frame in self.link.with(|link| link.take_unsent(visit::shown(), report)) {
            self.platform.send(&frame);
        }
        self.set_timer();
    }

    pub(super) fn set_timer(self: &Rc<Self>) {
        let Some(due) = self.link.with(|link| link.set_timer()) else { return };
        let sleep = self.platform.sleep(due.saturating_sub(self.platform.now()));
        let app = self.clone();
        self.platform.spawn(Box::pin(async move {
            sleep.await;
            // Another timer may have replaced this one.
            if app.link.with(|link| link.is_due(due)) {
                app.tick();
            }
        }));
    }

    pub(super) fn renew(self: &Rc<Self>) {
        let action = self.link.with(|link| link.renew(self.platform.now()));
        if action.is_some() {
            self.navigation.with(|it| it.disconnected());
            self.act(action);
        }
    }

    /// Sends a `PageShown` frame, which tells the server the shown page. The frame is sent before
    /// the calls of the page, because the server accepts a call with the access rule `page` only on
    /// a connection that shows the page.
    ///
    /// Returns `false` if the frame cannot be sent.
    pub(super) fn send_page_shown(&self) -> bool {
        let frame = self.navigation.with(|navigation| {
            // No calls belong to the error page, and the guard has no rule for it.
            let (entry, url) = navigation.current().filter(|(entry, _)| !entry.is_error)?;
            let page_shown =
                |link: &mut network::Link<_>| link.page_shown(entry.name, entry.fingerprint, url);
            let (id, frame) = self.link.with(page_shown)?;
            navigation.announced(id);
            Some(frame)
        });
        if let Some(frame) = &frame {
            self.platform.send(frame);
        }
        frame.is_some()
    }

    /// Sends a call once more that the server has refused because it does not know the shown page:
    /// it has refused the page for the moment, or the report was lost. Reports the page before.
    /// Returns `false` if the call is not sent again.
    pub(super) fn repeat(self: &Rc<Self>, id: RequestId) -> bool {
        let (last, may_report) =
            self.navigation.with(|it| (it.last_announced(), it.may_report_at_once()));
        let named = self.link.with(|link| link.refused_report(id, visit::shown()));
        // After the first of several refusals, the page has been reported again.
        if named.is_none() || named == last && !(may_report && self.send_page_shown()) {
            return false;
        }
        self.link.with(|link| link.repeat(id));
        self.flush();
        true
    }

    pub(super) fn send_page_shown_later(self: &Rc<Self>, id: RequestId) {
        let Some(tasks) = self.programs.page_tasks() else { return };
        let app = self.clone();
        tasks.after(ASK_AGAIN_AFTER, move || {
            if app.navigation.with(|it| it.is_last_announced(id)) {
                app.send_page_shown();
            }
        });
    }
}

impl App {
    pub(super) fn follow(self: &Rc<Self>, next: NavigationStep) {
        match next {
            NavigationStep::Load(to) => self.load(to),
            NavigationStep::Show(to, data) => self.arrive(to, &data),
            NavigationStep::ChangeUrl(to, data) => self.change_url(&to, &data),
            NavigationStep::Document(url, history) => self.load_document(&url, history),
            NavigationStep::Redirect(url, history) => {
                self.redirect(&url, history);
            }
            NavigationStep::Stuck { is_stale } => {
                if is_stale {
                    self.platform.show_version(Version::Outdated);
                }
                self.platform
                    .report("cannot start the page: the document stays as the server sent it");
            }
            NavigationStep::Stay => {}
        }
    }

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

    fn arrive(self: &Rc<Self>, to: Destination, data: &[u8]) {
        let Ok(is_first) = self.programs.begin_context(&to.entry) else { return self.leave(&to) };
        if is_first {
            self.preferences.read(&*self.platform, &self.programs);
        }
        let keeps_flash = self.carry.with(|carry| carry.keeps_flash());
        let next_page = self.programs.begin(&to.entry, &to.params, data, &to.url.path, keeps_flash);
        let Some(next_page) = next_page else { return self.leave(&to) };
        self.carry.with(Carry::clear);
        let arrival = self.write_history(&to.url, to.cause);
        let (url, path) = (to.url.clone(), to.url.path);
        let arrived = Box::new(move |app: &Rc<Self>| {
            app.platform.arrived(&url, arrival);
            app.mounted();
        });
        self.show(&next_page, to.entry, path, arrived);
        if !is_first {
            self.navigated();
        }
    }

    /// Tells the client context that the visitor is at another URL.
    pub(super) fn navigated(self: &Rc<Self>) {
        if let Some(issued) = self.programs.navigated() {
            self.perform(issued);
        }
    }

    /// Replaces the shown page. Calls `after` when the HTML of the next page is in the document,
    /// unless another page is shown by then.
    pub(super) fn show(
        self: &Rc<Self>,
        next_page: &NextPage,
        entry: KnownPage,
        path: String,
        after: AfterShow,
    ) {
        self.navigation.with(|it| it.shown(entry, path));
        self.reload.with(|it| it.shown());
        for ended in self.programs.show(next_page) {
            self.link.with(|link| link.cancel_all(ended));
        }
        self.send_page_shown();
        let (app, owner) = (self.clone(), next_page.owner());
        let (layout, page) = next_page.programs();
        self.screen.show(layout, page, move || {
            if app.programs.page_owner() == Some(owner) {
                app.programs.show_head(&*app.platform);
                after(&app);
            }
        });
    }

    /// Loads a page as a document, because this client cannot show the page. Before the first page,
    /// keeps the document.
    pub(super) fn leave(self: &Rc<Self>, to: &Destination) {
        let next = self.navigation.with(|it| it.leave(&to.url, to.cause));
        self.follow(next);
    }

    pub(super) fn give_up_navigation(&self) {
        if let Some(request) = self.navigation.with(|it| it.give_up()) {
            self.link.with(|link| link.complete(request));
            self.platform.show_progress(Progress::Done);
        }
    }

    pub(super) fn go_to_sign_in(&self, url: &str) {
        let local = self.platform.local_url(url);
        if self.navigation.with(|it| it.must_load_sign_in(local.as_ref(), &*self.platform)) {
            self.redirect(url, History::Push);
        }
    }

    /// Loads a document because of a redirect or refusal by the server. Does not load it if another
    /// document is loading already, or if there seems to be a redirect loop.
    pub(super) fn redirect(&self, url: &str, history: History) -> RedirectDecision {
        let now = self.platform.now();
        let decision = self.navigation.with(|it| it.decide_refusal(now, &*self.platform));
        match decision {
            RedirectDecision::Leave => {
                self.give_up_navigation();
                self.load_document(url, history);
            }
            RedirectDecision::Leaving => {}
            RedirectDecision::Stay => self.platform.report(
                "redirect loop: the server refuses this page, but loading it leads back here: \
                 check that a proxy passes cookies to the WebSocket too",
            ),
        }
        decision
    }

    /// Lets the browser load a URL. If the URL is another document, an automatic reload does not
    /// interrupt this load.
    pub(super) fn load_document(&self, url: &str, history: History) {
        let (local, now) = (self.platform.local_url(url), self.platform.now());
        if self.navigation.with(|it| it.leaving(local.as_ref(), now)) {
            self.reload.with(|it| it.leaving());
            if local.is_some() {
                self.write_carried();
            }
        }
        // The message that has caused this load may have saved what made the page dirty.
        self.programs.guard_leaving(&*self.platform);
        self.platform.load_document(url, history);
    }
}

/// The client context of the next document.
impl App {
    /// Writes the cookie that passes flash and messages on to the next document.
    fn write_carried(&self) {
        match self.carry.with(Carry::take_cookie) {
            Some(Ok(value)) => self.platform.set_flash_cookie(&value),
            Some(Err(error)) => self.platform.report(&error),
            None => {}
        }
    }

    fn show_flash(&self, flash: Option<Flash>) {
        self.programs.change_client(&mut |client| {
            client.flash = flash.as_ref().map(|flash| flash.text.clone());
            true
        });
        self.carry.with(|carry| carry.flash(flash));
    }

    /// Sends the built-in call that returns the client context again.
    fn refresh_context(self: &Rc<Self>, message: fn(&str, &ClientContext) -> Vec<u8>) {
        let current = self.navigation.with(|it| it.current().map(|(entry, _)| *entry));
        let (Some(entry), Some(context)) = (current, self.programs.context()) else { return };
        let mut body = Vec::new();
        context.change(&mut |client| body = message(entry.name, client));
        let request = CallRequest {
            name: CONTEXT_CALL,
            fingerprint: entry.fingerprint,
            over_http: false,
            body,
            files: Vec::new(),
        };
        let now = self.platform.now();
        let visit = visit::handled();
        // An older answer may arrive later.
        let number = self.refreshes.get().wrapping_add(1);
        self.refreshes.set(number);
        self.link.with(|link| link.call(now, CONTEXT, request, visit, Waiter::Context(number)));
        self.flush();
    }

    pub(super) fn context_refreshed(self: &Rc<Self>, number: u32, outcome: &Outcome) {
        let (Outcome::Ok(fresh), Some(context)) = (outcome, self.programs.context()) else {
            return;
        };
        // Not compared with the last request: that may be refused or lost.
        if number < self.refreshed.get() {
            return;
        }
        self.refreshed.set(number);
        match context.refresh(fresh) {
            Ok(()) => self.programs.context_changed(),
            Err(error) => self.platform.report(&format!("cannot read the client context: {error}")),
        }
        self.drain();
    }
}

impl App {
    pub(super) fn found_stale(&self, name: &str, fingerprint: u64) {
        self.reload.with(|it| it.found(|| is_new_in_tab(&*self.platform, name, fingerprint)));
    }

    pub(super) fn needs_document(&self) -> bool {
        let connected = self.link.with(|link| link.is_open());
        self.reload.with(|it| it.needs_document(connected))
    }

    /// If the document is outdated, reloads it, or shows or hides the notice that the page is out
    /// of date. Reloads it only if no data would be lost.
    pub(super) fn check_reload(&self) {
        if !self.reload.with(|it| it.is_outdated()) {
            return;
        }
        let Some(dirty) = self.programs.is_dirty() else { return };
        let (connected, waiting) = self.link.with(|link| (link.is_open(), link.is_waiting()));
        let action = self.reload.with(|it| it.step(ReloadConditions { connected, waiting, dirty }));
        self.apply_reload_action(action);
    }

    fn apply_reload_action(&self, action: Option<version::ReloadAction>) {
        match action {
            None => {}
            Some(version::ReloadAction::Reload) => {
                self.write_carried();
                self.programs.let_leave(&*self.platform);
                self.platform.reload();
            }
            Some(version::ReloadAction::ShowNotice) => {
                self.platform.show_version(Version::Outdated)
            }
            Some(version::ReloadAction::HideNotice) => self.platform.show_version(Version::Current),
        }
    }
}

impl App {
    pub(super) fn carry_out(self: &Rc<Self>, owner: Owner, tasks: &Rc<Tasks>, request: Request) {
        match request {
            Request::Call(request, then) => self.call(owner, tasks, request, then),
            Request::Http(request, then) => self.fetch(tasks, request, then),
            Request::SetUrl(to) => self.set_url(tasks, to),
            Request::Reload => {
                let action = self.reload.with(|it| it.reload_now());
                self.apply_reload_action(action);
            }
            Request::Stay => self.reload.with(|it| it.stay()),
            Request::Form(name, action) => self.platform.change_form(&name, action),
            Request::SendToContext(message) => {
                if let Some(context) = self.programs.context() {
                    context.send(message);
                }
            }
            Request::Flash(flash) => self.show_flash(flash),
            Request::RefreshContext(message) => self.refresh_context(message),
            Request::DarkMode(dark) => {
                self.preferences.set_dark_mode(&*self.platform, &self.programs, dark);
            }
            Request::Lang(lang) => {
                self.preferences.set_lang(&*self.platform, &self.programs, &lang)
            }
            Request::AfterRender(then) => self.after_render(tasks, Box::new(move |_| then(()))),
            Request::Element(action) => {
                self.after_render(tasks, Box::new(move |app| app.act_on_element(&action)));
            }
            Request::Copy(text, then) => {
                let copied = self.platform.copy(&text);
                tasks.spawn(async move { then(copied.await) });
            }
            // `Performing` handles them.
            Request::Navigate(_) | Request::Keyed(..) | Request::Cancel(..) => {}
        }
    }

    /// Navigates for an action.
    pub(super) fn navigate_by(self: &Rc<Self>, tasks: &Rc<Tasks>, to: &Navigation) {
        self.visit(&to.url, to.history);
        self.navigation.with(|it| it.started_by(tasks));
    }

    /// Called when tasks have been cancelled.
    pub(super) fn cancelled(&self) {
        if self.navigation.with(|it| it.is_cancelled()) {
            self.give_up_navigation();
        }
        self.link.with(|link| link.waiters().for_each(Waiter::end_submit_if_cancelled));
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
        let (name, fingerprint) = (request.name, request.fingerprint);
        let submit = self.submit.borrow().clone();
        let (visit, of) = (visit::handled(), Rc::downgrade(tasks));
        let call = Call { name, fingerprint, visit, then, tasks: of, submit };
        if request.over_http {
            return self.post(tasks, request, call);
        }
        let now = self.platform.now();
        self.link.with(|link| link.call(now, owner, request, visit, Waiter::Call(call)));
        self.flush();
    }

    /// Sends a call over HTTP. If the program that made the call ends before the response arrives,
    /// the outcome is dropped.
    fn post(self: &Rc<Self>, tasks: &Tasks, request: CallRequest, call: Call) {
        // A call with files is aborted when the program that made it ends. Any other call continues
        // even then: it may sign the visitor in or out, so the browser must receive the cookie, and
        // the app must handle the change of session.
        let carrier = if request.files.is_empty() { self.programs.context_tasks() } else { tasks };
        let (frame, in_flight) = self.navigation.with(|navigation| {
            // The server would take the URL in the address bar for a call without one.
            let is_shown = call.visit == visit::shown();
            let url = if is_shown { navigation.url_of_calls() } else { Some("") };
            self.link.with(|link| (link.http_frame(&request, url), link.begin_http()))
        });
        let platform = &*self.platform;
        let app = self.clone();
        let changed = move || app.session_changed();
        let posted = http_calls::post(platform, platform, frame, request.files, changed);
        carrier.spawn(posted.exchange);
        let app = self.clone();
        tasks.spawn(async move {
            // `None` means that the HTTP request was aborted, because the program that made the
            // call has ended.
            let Some(outcome) = posted.outcome.await else { return };
            drop(in_flight);
            app.complete_call(call, outcome);
            app.check_reload();
        });
    }

    fn fetch(self: &Rc<Self>, tasks: &Tasks, request: HttpRequest, then: Then<HttpResult, ()>) {
        let response = self.platform.fetch(request);
        let in_flight = self.link.with(|link| link.begin_http());
        let (app, submit) = (self.clone(), self.submit.borrow().clone());
        tasks.spawn(async move {
            let result = response.await;
            drop(in_flight);
            app.handle(submit, || then(result));
        });
    }
}

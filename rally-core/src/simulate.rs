//! Simulation of a page in a test, without a browser.

mod started;

use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;
use std::task::{self, Waker};
use std::time::Duration;

use crate::call::{Call, Outcome};
use crate::codec;
use crate::context::Context;
use crate::effect::{Action, Actions, ElementAction, FormAction, Key, Navigation};
use crate::form::{self, Form, FormValues};
use crate::head::Head;
use crate::html;
use crate::http::{HttpRequest, HttpResult};
use crate::page::{ContextOf, Data, Page};
use crate::route::{Route, href};
use crate::running::{
    AnyContext, AnyPage, AnyProgram, InitSource, ProgramHandle, RunningContext, RunningPage,
    ServerProgram as _, Signal, settle,
};
use started::{DueEvent, Started, keyed};

/// A page that runs in a test, without browser and server.
///
/// The test sends messages, and reads the model and the HTML. It also answers
/// calls and HTTP requests, and moves the clock of timers with
/// [`advance`](Self::advance): the simulation does neither by itself. The
/// message and the answer of a call are encoded and decoded, as between browser
/// and server.
///
/// ```
/// # use rally_core::{call::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
/// #     codec::*, route::*, simulate::Simulation, view::Element, wire::*};
/// # struct Home;
/// # impl Route for Home {
/// #     const PATTERN: &'static str = "/";
/// #     type Context = ClientContext;
/// #     fn from_params(_: &Params) -> Option<Self> { Some(Self) }
/// #     fn write_params(&self, _: &mut Params) {}
/// # }
/// # impl Load for Home { type Data = (); const HAS_LOADER: bool = false; }
/// # struct Double(i64);
/// # impl Wire for Double {
/// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
/// #     fn write(&self, to: &mut Writer) { self.0.write(to) }
/// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> { i64::read(from).map(Self) }
/// # }
/// # impl Call for Double { type Output = Result<i64, Never>; const NAME: &'static str = "Double"; }
/// # struct Model { count: i64 }
/// # impl Wire for Model {
/// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
/// #     fn write(&self, to: &mut Writer) { self.count.write(to) }
/// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
/// #         i64::read(from).map(|count| Self { count })
/// #     }
/// # }
/// # enum Msg { Double, Doubled(Reply<Double>) }
/// # impl Page for Model {
/// #     type Route = Home;
/// #     type Msg = Msg;
/// #     fn init(_: Home, _: (), _: &ClientContext) -> Self { Self { count: 21 } }
/// #     fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
/// #         match msg {
/// #             Msg::Double => Double(self.count).call(Msg::Doubled),
/// #             Msg::Doubled(reply) => { self.count = reply.unwrap_or(0); Effect::none() }
/// #         }
/// #     }
/// #     fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { Element::empty() }
/// # }
/// let mut page = Simulation::<Model>::start(Home, ());
/// page.send(Msg::Double);
/// let call: Double = page.answer(Ok(42));
/// assert_eq!(call.0, 21);
/// assert_eq!(page.model(|model| model.count), 42);
/// ```
pub struct Simulation<P: Page> {
    page: Rc<RunningPage<P>>,
    context: Rc<RunningContext<ContextOf<P>>>,
    now: Duration,
    started: Started,
    storage_writes: Vec<(String, Option<String>)>,
    navigations: VecDeque<Navigation>,
    set_urls: VecDeque<Navigation>,
    elements: VecDeque<ElementAction>,
    form_actions: VecDeque<(String, FormAction)>,
    reloads: bool,
    stays: bool,
    refreshes_context: bool,
}

impl<P: Page> Simulation<P> {
    /// Starts the page as after a navigation, with the default client context.
    ///
    /// The `current_path` of the context is set to the page's URL.
    ///
    /// # Panics
    ///
    /// If the `FromStr` of a URL parameter does not parse the output of the
    /// parameter's `Display`.
    #[track_caller]
    pub fn start(route: P::Route, data: Data<P>) -> Self {
        Self::start_with(ContextOf::<P>::default(), route, data)
    }

    /// Starts the page with this client context.
    ///
    /// The `current_path` of the context is set to the page's URL.
    ///
    /// # Panics
    ///
    /// For the same reason as [`start`](Self::start).
    #[track_caller]
    pub fn start_with(mut client: ContextOf<P>, route: P::Route, data: Data<P>) -> Self {
        let mut params = crate::route::Params::default();
        route.write_params(&mut params);
        client.browser().current_path = href(route);
        let context = Rc::new(RunningContext::new(client, Signal::default()));
        let handle = ProgramHandle::still(context.clone());
        let route = P::Route::from_params(&params)
            .expect("the `FromStr` of a URL parameter should parse the output of its `Display`");
        let page = RunningPage::new(route, InitSource::Loaded(Box::new(data)), handle)
            .expect("the data should be of the type that the page's `init` receives");
        let mut simulation = Self {
            page: Rc::new(page),
            context,
            now: Duration::ZERO,
            started: Started::default(),
            storage_writes: Vec::new(),
            navigations: VecDeque::new(),
            set_urls: VecDeque::new(),
            elements: VecDeque::new(),
            form_actions: VecDeque::new(),
            reloads: false,
            stays: false,
            refreshes_context: false,
        };
        let mounted = simulation.page.clone().mounted();
        simulation.begin(&[], mounted);
        simulation.settle();
        simulation
    }

    /// Sends a message to the page, and then [settles](Self::settle).
    pub fn send(&mut self, msg: P::Msg) {
        self.page.send(msg);
        self.settle();
    }

    /// Submits the form of the type `T` with the values that show `value`.
    ///
    /// # Panics
    ///
    /// If the page does not have exactly one such form, or if the view cannot be rendered.
    #[track_caller]
    pub fn submit<T: Form>(&mut self, value: &T) {
        self.submit_raw(T::FORM_NAME, form::write_form(value));
    }

    /// Submits the form of the type `T` with this [key](crate::form::FormAttributes::key), with the
    /// values that show `value`.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`submit`](Self::submit).
    #[track_caller]
    pub fn submit_keyed<T: Form>(&mut self, key: impl fmt::Display, value: &T) {
        self.submit_raw(&format!("{}/{key}", T::FORM_NAME), form::write_form(value));
    }

    /// Submits the form without fields that [`Dispatch::post`](crate::dispatch::Dispatch::post) has
    /// made for this value.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`submit`](Self::submit).
    #[track_caller]
    pub fn submit_post<T: Form>(&mut self, value: &T) {
        self.submit_raw(&form::name_of(value), FormValues::new());
    }

    /// Submits a form of the page by its name, with any values.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`submit`](Self::submit).
    #[track_caller]
    pub fn submit_raw(&mut self, form: &str, values: impl Into<FormValues>) {
        self.page.collect_forms();
        html::for_forms(self.page.clone()).expect("the view should render without error");
        if let Err(error) = self.page.submit(form, values.into()) {
            panic!("`{form}` cannot be submitted: {error}");
        }
        self.settle();
    }

    /// Removes and returns the oldest change that the page has made to a form: the name of the form,
    /// and the change; `None` if none is left.
    pub fn form_action(&mut self) -> Option<(String, FormAction)> {
        self.form_actions.pop_front()
    }

    /// Calls `look` with the model, and returns the result of `look`.
    pub fn model<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.page.with_model(look)
    }

    /// Sends a message to the client context, as a layout or another page would.
    pub fn send_to_context(&mut self, msg: <ContextOf<P> as Context>::Msg) {
        let effect = self.context.get().send::<()>(msg);
        self.begin(&[], effect.into_actions(|()| ()));
        self.settle();
    }

    /// Calls `look` with the client context, and returns the result of `look`.
    pub fn context<T>(&self, look: impl FnOnce(&ContextOf<P>) -> T) -> T {
        look(&self.context.get())
    }

    /// Returns the title and tags that the page sets in the document's `<head>`.
    pub fn head(&self) -> Head {
        self.page.head().unwrap_or_default()
    }

    /// Renders the page as HTML, without the comments and attributes for hydration.
    ///
    /// # Panics
    ///
    /// If the view panics.
    #[track_caller]
    pub fn html(&self) -> String {
        html::plain(self.page.clone()).expect("the view should render without error")
    }

    /// Answers the oldest pending call of type `C`, and returns the call's message.
    ///
    /// # Panics
    ///
    /// If no such call is pending, or if the answer cannot be encoded or the
    /// message cannot be decoded.
    #[track_caller]
    pub fn answer<C: Call>(&mut self, answer: AnswerOf<C>) -> C {
        let encoded = match answer {
            Ok(value) => codec::encode(&value).map(Outcome::Ok),
            Err(error) => codec::encode(&error).map(Outcome::Err),
        };
        self.finish(encoded.expect("the answer of a call should be encodable"))
    }

    /// Ends the oldest pending call of type `C` with any outcome, and returns the call's message.
    ///
    /// `Outcome::Refused(Refusal::Stale)` simulates a server that has another
    /// version of the app.
    ///
    /// # Panics
    ///
    /// If no such call is pending, or if the message cannot be decoded.
    #[track_caller]
    pub fn finish<C: Call>(&mut self, outcome: Outcome) -> C {
        let calls = &mut self.started.calls;
        let index = calls.iter().position(|call| call.value.0.name == C::NAME);
        let Some(call) = index.and_then(|index| calls.remove(index)) else {
            panic!("no call `{}` is pending; pending calls: {:?}", C::NAME, self.pending())
        };
        let (request, then) = call.value;
        let message = codec::decode(&request.body)
            .expect("the encoded message of a call should decode as the call's type");
        then(outcome);
        self.settle();
        message
    }

    /// Returns the names of the pending calls, oldest first, without those that were
    /// [cancelled](crate::effect::Effect::cancel).
    pub fn pending(&self) -> Vec<&'static str> {
        self.started.calls.iter().map(|call| call.value.0.name).collect()
    }

    /// Answers the oldest pending HTTP request, and returns the request.
    ///
    /// # Panics
    ///
    /// If no HTTP request is pending.
    #[track_caller]
    pub fn answer_http(&mut self, result: HttpResult) -> HttpRequest {
        let request = self.started.requests.pop_front();
        let (request, then) = request.expect("an HTTP request should be pending").value;
        then(result);
        self.settle();
        request
    }

    /// Answers the oldest pending [copy](crate::effect::Effect::copy) to the clipboard, and
    /// returns its text.
    ///
    /// # Panics
    ///
    /// If no copy is pending.
    #[track_caller]
    pub fn answer_copy(&mut self, copied: bool) -> String {
        let copy = self.started.copies.pop_front();
        let (text, then) = copy.expect("a copy to the clipboard should be pending").value;
        then(copied);
        self.settle();
        text
    }

    /// Answers the oldest pending [read](crate::effect::Effect::read_storage) of the local storage,
    /// and returns its key.
    ///
    /// # Panics
    ///
    /// If no read is pending.
    #[track_caller]
    pub fn answer_storage_read(&mut self, value: Option<&str>) -> String {
        let read = self.started.reads.pop_front();
        let (key, then) = read.expect("a read of the local storage should be pending").value;
        then(value.map(str::to_owned));
        self.settle();
        key
    }

    /// Moves the clock forward by `time`. Timers and delayed effects that become due start in the
    /// order of their times.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.started.next_due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            if let Some(DueEvent::Actions(keys, actions)) = self.started.fire(self.now) {
                self.begin(&keys, actions);
            }
            self.settle();
        }
        self.now = end;
    }

    /// Changes the URL of the page, as a link to it or the back button does: sends the message of
    /// [`Page::on_url`].
    ///
    /// # Panics
    ///
    /// If the page does not keep its model, because `on_url` returns `None`.
    #[track_caller]
    pub fn change_url(&mut self, route: P::Route, data: Data<P>) {
        let message = P::on_url().expect("`on_url` of the page should return a message");
        let mut params = crate::route::Params::default();
        route.write_params(&mut params);
        self.set_path(&params.to_url(P::Route::PATTERN));
        self.send(message(route, data));
    }

    fn set_path(&self, path: &str) {
        self.context.change(&mut |browser| path.clone_into(&mut browser.current_path));
    }

    /// Simulates another tab that changes a key of the local storage; `None` removes the key.
    pub fn storage(&mut self, key: &str, value: Option<&str>) {
        for listener in &mut self.started.listeners {
            let (listened, each) = &mut listener.value;
            if listened == key {
                each(value.map(str::to_owned));
            }
        }
        self.settle();
    }

    /// Returns the page's writes to the local storage, oldest first.
    pub fn storage_writes(&self) -> &[(String, Option<String>)] {
        &self.storage_writes
    }

    /// Removes and returns the oldest navigation; `None` if no navigation is left.
    pub fn navigation(&mut self) -> Option<Navigation> {
        self.navigations.pop_front()
    }

    /// Removes and returns the oldest URL that the page has [set](crate::effect::Effect::set_url) for
    /// itself; `None` if none is left. `current_path` of the client context has changed already.
    pub fn set_url(&mut self) -> Option<Navigation> {
        self.set_urls.pop_front()
    }

    /// Removes and returns the oldest action on an element, such as
    /// [`Effect::focus`](crate::effect::Effect::focus); `None` if none is left.
    pub fn element_action(&mut self) -> Option<ElementAction> {
        self.elements.pop_front()
    }

    /// Returns `true` if the page has requested a [reload](crate::effect::Effect::reload).
    pub fn reloads(&self) -> bool {
        self.reloads
    }

    /// Returns `true` if the page has [prevented](crate::effect::Effect::stay) automatic reloads.
    pub fn stays(&self) -> bool {
        self.stays
    }

    /// Returns `true` if page or context has asked to
    /// [refresh](crate::effect::Effect::refresh_context) the context.
    pub fn refreshes_context(&self) -> bool {
        self.refreshes_context
    }

    /// Answers a request to refresh the context, with what `from_session` would return.
    pub fn refresh_context(&mut self, fresh: ContextOf<P>) {
        self.refreshes_context = false;
        let fresh = codec::encode(&fresh).map(|fresh| self.context.refresh(&fresh));
        fresh.expect("the context should be encodable").expect("the context should be decodable");
        self.settle();
    }

    /// Returns `true` if the page is [dirty](Page::is_dirty).
    pub fn is_dirty(&self) -> bool {
        self.page.is_dirty()
    }

    /// Handles all queued messages, and polls tasks and streams until none makes progress.
    ///
    /// Call this method if a task or stream waits for an event outside the
    /// simulation, after the event has happened.
    pub fn settle(&mut self) {
        let context: Rc<dyn AnyContext> = self.context.clone();
        let page: Rc<dyn AnyProgram> = self.page.clone();
        loop {
            settle(&context, std::slice::from_ref(&page), |action| self.perform(&[], action));
            // The page would be rendered now.
            let rendered = std::mem::take(&mut self.started.after_render);
            let is_quiet = rendered.is_empty();
            rendered.into_iter().for_each(|after| (after.value)(()));
            let cx = &mut task::Context::from_waker(Waker::noop());
            if !self.started.poll(cx) && is_quiet {
                return;
            }
        }
    }

    fn begin(&mut self, keys: &[Key], actions: Actions) {
        actions.into_iter().for_each(|action| self.perform(keys, action));
    }

    fn perform(&mut self, keys: &[Key], action: Action<()>) {
        let (now, started) = (self.now, &mut self.started);
        match action {
            Action::Call(request, then) => started.calls.push_back(keyed(keys, (request, then))),
            Action::Http(request, then) => started.requests.push_back(keyed(keys, (request, then))),
            Action::Task(_) | Action::Stream(_) | Action::Run(_) => {
                started.running.push(keyed(keys, action));
            }
            Action::After(delay, fire) => started.after(now.saturating_add(delay), keys, fire),
            Action::Every(interval, fire) => started.every(now, keys, interval, fire),
            Action::Storage(key, each) => started.listeners.push(keyed(keys, (key, each))),
            Action::AfterRender(then) => started.after_render.push(keyed(keys, then)),
            Action::ReadStorage(key, then) => started.reads.push_back(keyed(keys, (key, then))),
            Action::Copy(text, then) => started.copies.push_back(keyed(keys, (text, then))),
            Action::Keyed(key, timing, actions, _) => {
                if let Some(actions) = started.delay(now, keys, key.clone(), timing, actions) {
                    self.begin(&[keys, &[key]].concat(), actions);
                }
            }
            Action::Cancel(key, _) => started.cancel(&key),
            Action::Store(key, value) => self.storage_writes.push((key, value)),
            Action::Navigate(navigation) => self.navigations.push_back(navigation),
            Action::SetUrl(to) => {
                self.set_path(&to.url);
                self.set_urls.push_back(to);
            }
            Action::Element(action) => self.elements.push_back(action),
            Action::Reload => self.reloads = true,
            Action::Stay => self.stays = true,
            Action::Form(name, action) => self.form_actions.push_back((name, action)),
            Action::SendToContext(message) => self.context.send(message),
            Action::Flash(flash) => {
                let text = flash.map(|flash| flash.text);
                self.context.change(&mut |browser| browser.flash.clone_from(&text));
            }
            Action::RefreshContext(_) => self.refreshes_context = true,
            // The simulated system has the light theme.
            Action::DarkMode(dark) => {
                self.context.change(&mut |browser| browser.dark_mode = dark.unwrap_or_default());
            }
            Action::Lang(lang) => {
                self.context.change(&mut |browser| browser.lang.clone_from(&lang))
            }
        }
    }
}

type AnswerOf<C> = Result<
    <<C as Call>::Output as crate::call::Answer>::Ok,
    <<C as Call>::Output as crate::call::Answer>::Err,
>;

//! Simulation of a page in a test, without a browser.

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use crate::call::{Call, Outcome};
use crate::codec;
use crate::context::Context;
use crate::effect::{Action, Actions, CallRequest, Each, Navigation, Then};
use crate::form::FormValues;
use crate::head::Head;
use crate::html;
use crate::http::{HttpRequest, HttpResult};
use crate::page::{ContextOf, Data, Page};
use crate::route::{Route, href};
use crate::running::{
    AnyContext, AnyPage, AnyProgram, InitSource, ProgramHandle, RunningContext, RunningPage,
    Signal, settle,
};

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
    calls: VecDeque<(CallRequest, Then<Outcome, ()>)>,
    requests: VecDeque<(HttpRequest, Then<HttpResult, ()>)>,
    running: Vec<Action<()>>,
    timers: Vec<Timer>,
    listeners: Vec<(String, Each<Option<String>, ()>)>,
    stored: Vec<(String, Option<String>)>,
    navigations: VecDeque<Navigation>,
    reloads: bool,
    stays: bool,
}

struct Timer {
    due: Duration,
    fire: TimerEffect,
}

enum TimerEffect {
    Once(Then<(), ()>),
    Every(Duration, Each<(), ()>),
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
            calls: VecDeque::new(),
            requests: VecDeque::new(),
            running: Vec::new(),
            timers: Vec::new(),
            listeners: Vec::new(),
            stored: Vec::new(),
            navigations: VecDeque::new(),
            reloads: false,
            stays: false,
        };
        let mounted = simulation.page.clone().mounted();
        simulation.begin(mounted);
        simulation.settle();
        simulation
    }

    /// Sends a message to the page, and then [settles](Self::settle).
    pub fn send(&mut self, msg: P::Msg) {
        self.page.send(msg);
        self.settle();
    }

    /// Submits a form of the page by its name.
    ///
    /// # Panics
    ///
    /// If not exactly one form of the page has this name, or if the view cannot
    /// be rendered.
    #[track_caller]
    pub fn submit(&mut self, form: &str, values: impl Into<FormValues>) {
        self.page.collect_forms();
        html::for_forms(self.page.clone()).expect("the view should render without error");
        if let Err(error) = self.page.submit(form, values.into()) {
            panic!("`{form}` cannot be submitted: {error}");
        }
        self.settle();
    }

    /// Calls `look` with the model, and returns the result of `look`.
    pub fn model<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.page.with_model(look)
    }

    /// Sends a message to the client context, as a layout or another page would.
    pub fn send_to_context(&mut self, msg: <ContextOf<P> as Context>::Msg) {
        let effect = self.context.get().send::<()>(msg);
        self.begin(effect.into_actions(|()| ()));
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
    /// If a part of the view panics, returns an error, or is suspended.
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
        let index = self.calls.iter().position(|(request, _)| request.name == C::NAME);
        let Some((request, then)) = index.and_then(|index| self.calls.remove(index)) else {
            panic!("no call `{}` is pending; pending calls: {:?}", C::NAME, self.pending())
        };
        let message = codec::decode(&request.body)
            .expect("the encoded message of a call should decode as the call's type");
        then(outcome);
        self.settle();
        message
    }

    /// Returns the names of the pending calls, oldest first.
    pub fn pending(&self) -> Vec<&'static str> {
        self.calls.iter().map(|(request, _)| request.name).collect()
    }

    /// Answers the oldest pending HTTP request, and returns the request.
    ///
    /// # Panics
    ///
    /// If no HTTP request is pending.
    #[track_caller]
    pub fn answer_http(&mut self, result: HttpResult) -> HttpRequest {
        let (request, then) = self.requests.pop_front().expect("an HTTP request should be pending");
        then(result);
        self.settle();
        request
    }

    /// Moves the clock forward by `time`. Timers that become due fire in the order of their times.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            let due = |(_, timer): &(usize, &Timer)| timer.due;
            let Some((next, timer)) = self.timers.iter().enumerate().min_by_key(due) else { break };
            if timer.due > end {
                break;
            }
            self.now = timer.due;
            match self.timers.remove(next).fire {
                TimerEffect::Once(fire) => fire(()),
                TimerEffect::Every(interval, mut fire) => {
                    fire(());
                    let due = self.now + interval;
                    self.timers.push(Timer { due, fire: TimerEffect::Every(interval, fire) });
                }
            }
            self.settle();
        }
        self.now = end;
    }

    /// Simulates another tab that changes a key of the local storage; `None` removes the key.
    pub fn storage(&mut self, key: &str, value: Option<&str>) {
        for (listened, each) in &mut self.listeners {
            if listened == key {
                each(value.map(str::to_owned));
            }
        }
        self.settle();
    }

    /// Returns the page's writes to the local storage, oldest first.
    pub fn stored(&self) -> &[(String, Option<String>)] {
        &self.stored
    }

    /// Removes and returns the oldest navigation; `None` if no navigation is left.
    pub fn navigation(&mut self) -> Option<Navigation> {
        self.navigations.pop_front()
    }

    /// Returns `true` if the page has requested a [reload](crate::effect::Effect::reload).
    pub fn reloads(&self) -> bool {
        self.reloads
    }

    /// Returns `true` if the page has [prevented](crate::effect::Effect::stay) automatic reloads.
    pub fn stays(&self) -> bool {
        self.stays
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
            settle(&context, std::slice::from_ref(&page), |action| self.perform(action));
            if !self.poll() {
                return;
            }
        }
    }

    /// Polls each task and stream once. Returns `true` if any made progress.
    fn poll(&mut self) -> bool {
        let cx = &mut task::Context::from_waker(Waker::noop());
        let mut progress = false;
        self.running.retain_mut(|action| {
            let state = match action {
                Action::Task(task) => task.as_mut().poll(cx).map(|()| None),
                Action::Stream(stream) => stream.as_mut().poll_next(cx),
                _ => Poll::Ready(None),
            };
            progress |= state.is_ready();
            !matches!(state, Poll::Ready(None))
        });
        progress
    }

    fn begin(&mut self, actions: Actions) {
        actions.into_iter().for_each(|action| self.perform(action));
    }

    fn perform(&mut self, action: Action<()>) {
        match action {
            Action::Call(request, then) => self.calls.push_back((request, then)),
            Action::Http(request, then) => self.requests.push_back((request, then)),
            Action::Task(_) | Action::Stream(_) => self.running.push(action),
            Action::After(delay, fire) => {
                self.timers.push(Timer { due: self.now + delay, fire: TimerEffect::Once(fire) });
            }
            Action::Every(interval, fire) => {
                // With an interval of zero, `advance` would never return.
                let interval = interval.max(Duration::from_millis(1));
                let due = self.now + interval;
                self.timers.push(Timer { due, fire: TimerEffect::Every(interval, fire) });
            }
            Action::Storage(key, each) => self.listeners.push((key, each)),
            Action::Store(key, value) => self.stored.push((key, value)),
            Action::Navigate(navigation) => self.navigations.push_back(navigation),
            Action::Reload => self.reloads = true,
            Action::Stay => self.stays = true,
            Action::SendToContext(message) => self.context.send(message),
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

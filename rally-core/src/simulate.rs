//! Simulation: a page's loop in a test, without a browser.

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{self, Poll, Waker};
use std::time::Duration;

use crate::call::{Call, Outcome};
use crate::codec;
use crate::context::Context;
use crate::effect::{Action, CallRequest, Each, Effect, Navigation, Then};
use crate::form::FormValues;
use crate::head::Head;
use crate::html;
use crate::http::{HttpRequest, HttpResult};
use crate::page::{ContextOf, Data, Page};
use crate::route::{Route, href};
use crate::running::{
    AnyContext, AnyPage, AnyProgram, InitSource, ProgramHandle, RunningContext, RunningPage,
    asleep, settle,
};

/// Runs one page: send messages, answer its calls, let time pass, read its HTML.
///
/// Nothing happens by itself. Calls and HTTP requests wait to be answered,
/// timers wait for [`advance`](Self::advance), and a call's message and answer
/// go through the codec as they would on the wire.
///
/// ```
/// # use rally_core::{call::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
/// #     codec::*, route::*, simulate::Simulation, wire::*};
/// # use dioxus_core::{Element, VNode};
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
/// #     fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { VNode::empty() }
/// # }
/// let mut page = Simulation::<Model>::start(Home, ());
/// page.send(Msg::Double);
/// let asked: Double = page.answer(Ok(42));
/// assert_eq!(asked.0, 21);
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
    fire: Fire,
}

enum Fire {
    Once(Then<(), ()>),
    Every(Duration, Each<(), ()>),
}

impl<P: Page> Simulation<P> {
    /// Enters the page, as the browser does after a navigation; the client
    /// context is the default.
    ///
    /// # Panics
    ///
    /// When a parameter's `FromStr` does not read what its `Display` wrote.
    #[track_caller]
    pub fn start(route: P::Route, data: Data<P>) -> Self {
        Self::start_with(ContextOf::<P>::default(), route, data)
    }

    /// Enters the page with this client context, whose `current_path` becomes
    /// the page's.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[track_caller]
    pub fn start_with(mut client: ContextOf<P>, route: P::Route, data: Data<P>) -> Self {
        let mut params = crate::route::Params::default();
        route.write_params(&mut params);
        client.browser().current_path = href(route);
        let context = Rc::new(RunningContext::new(client, asleep()));
        let handle = ProgramHandle::still(context.clone());
        let route = P::Route::from_params(&params).expect("the route reads what it wrote");
        let page = RunningPage::new(route, InitSource::Loaded(Box::new(data)), handle)
            .expect("the data is of the page's own type");
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

    /// Sends a message, and everything that follows from it.
    pub fn send(&mut self, msg: P::Msg) {
        self.page.send(msg);
        self.settle();
    }

    /// Submits a form of the page, as it is shown now, by its name.
    ///
    /// # Panics
    ///
    /// When it is not there, or a part of the view panics.
    #[track_caller]
    pub fn submit(&mut self, form: &str, values: impl Into<FormValues>) {
        self.page.collect_forms();
        self.html();
        if let Err(error) = self.page.submit(form, values.into()) {
            panic!("`{form}` cannot be submitted: {error}");
        }
        self.settle();
    }

    /// Looks at the model.
    pub fn model<T>(&self, look: impl FnOnce(&P) -> T) -> T {
        self.page.with_model(look)
    }

    /// Sends a message to the client context, as another part of the app would.
    pub fn send_to_context(&mut self, msg: <ContextOf<P> as Context>::Msg) {
        let effect = self.context.get().send(msg);
        self.begin(effect);
        self.settle();
    }

    /// Looks at the client context.
    pub fn context<T>(&self, look: impl FnOnce(&ContextOf<P>) -> T) -> T {
        look(&self.context.get())
    }

    /// What the page says in the document's head.
    pub fn head(&self) -> Head {
        self.page.head().unwrap_or_default()
    }

    /// The page's HTML, without the marks for hydration.
    ///
    /// # Panics
    ///
    /// When a part of the view panics or returns an error.
    #[track_caller]
    pub fn html(&self) -> String {
        html::plain(self.page.clone()).expect("the view renders")
    }

    /// Answers the oldest call of this type as its handler would, and returns
    /// its message.
    ///
    /// # Panics
    ///
    /// When no such call waits, or the page's types do not survive the codec.
    #[track_caller]
    pub fn answer<C: Call>(&mut self, answer: AnswerOf<C>) -> C {
        let encoded = match answer {
            Ok(value) => codec::encode(&value).map(Outcome::Ok),
            Err(error) => codec::encode(&error).map(Outcome::Err),
        };
        self.finish(encoded.expect("the answer can be encoded"))
    }

    /// Ends the oldest call of this type without an answer: offline, timed
    /// out, refused. Returns its message. `Outcome::Refused(Refusal::Stale)` is
    /// what a server of another version does.
    ///
    /// # Panics
    ///
    /// When no such call waits.
    #[track_caller]
    pub fn finish<C: Call>(&mut self, outcome: Outcome) -> C {
        let waiting = self.calls.iter().position(|(request, _)| request.name == C::NAME);
        let Some((request, then)) = waiting.and_then(|place| self.calls.remove(place)) else {
            panic!("no call `{}` waits; there are: {:?}", C::NAME, self.pending())
        };
        let message = codec::decode(&request.body).expect("the message survives the codec");
        then(outcome);
        self.settle();
        message
    }

    /// The names of the calls that wait for an answer, oldest first.
    pub fn pending(&self) -> Vec<&'static str> {
        self.calls.iter().map(|(request, _)| request.name).collect()
    }

    /// Answers the oldest HTTP request, and returns it.
    ///
    /// # Panics
    ///
    /// When none waits.
    #[track_caller]
    pub fn answer_http(&mut self, result: HttpResult) -> HttpRequest {
        let (request, then) = self.requests.pop_front().expect("an HTTP request waits");
        then(result);
        self.settle();
        request
    }

    /// Lets time pass; timers fire in their order.
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
                Fire::Once(fire) => fire(()),
                Fire::Every(interval, mut fire) => {
                    fire(());
                    let due = self.now + interval;
                    self.timers.push(Timer { due, fire: Fire::Every(interval, fire) });
                }
            }
            self.settle();
        }
        self.now = end;
    }

    /// Another tab changes a key of the local storage.
    pub fn storage(&mut self, key: &str, value: Option<&str>) {
        for (listened, each) in &mut self.listeners {
            if listened == key {
                each(value.map(str::to_owned));
            }
        }
        self.settle();
    }

    /// What the page wrote to the local storage, oldest first.
    pub fn stored(&self) -> &[(String, Option<String>)] {
        &self.stored
    }

    /// Where the page asked to go: the oldest navigation not yet taken.
    pub fn navigation(&mut self) -> Option<Navigation> {
        self.navigations.pop_front()
    }

    /// Whether the page asked to be loaded anew.
    pub fn reloads(&self) -> bool {
        self.reloads
    }

    /// Whether the page asked not to be loaded anew.
    pub fn stays(&self) -> bool {
        self.stays
    }

    /// Whether the page says that it has something to lose.
    pub fn is_dirty(&self) -> bool {
        self.page.is_dirty()
    }

    /// Polls tasks and streams again, after what they wait for has come.
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

    /// Polls each task and stream once; whether any of them moved.
    fn poll(&mut self) -> bool {
        let cx = &mut task::Context::from_waker(Waker::noop());
        let mut moved = false;
        self.running.retain_mut(|action| {
            let state = match action {
                Action::Task(task) => task.as_mut().poll(cx).map(|()| None),
                Action::Stream(stream) => stream.as_mut().poll_next(cx),
                _ => Poll::Ready(None),
            };
            moved |= state.is_ready();
            !matches!(state, Poll::Ready(None))
        });
        moved
    }

    fn begin(&mut self, effect: Effect<()>) {
        effect.into_actions().into_iter().for_each(|action| self.perform(action));
    }

    fn perform(&mut self, action: Action<()>) {
        match action {
            Action::Call(request, then) => self.calls.push_back((request, then)),
            Action::Http(request, then) => self.requests.push_back((request, then)),
            Action::Task(_) | Action::Stream(_) => self.running.push(action),
            Action::After(delay, fire) => {
                self.timers.push(Timer { due: self.now + delay, fire: Fire::Once(fire) });
            }
            Action::Every(interval, fire) => {
                // An interval of zero would never let `advance` return.
                let interval = interval.max(Duration::from_millis(1));
                let due = self.now + interval;
                self.timers.push(Timer { due, fire: Fire::Every(interval, fire) });
            }
            Action::Storage(key, each) => self.listeners.push((key, each)),
            Action::Store(key, value) => self.stored.push((key, value)),
            Action::Navigate(navigation) => self.navigations.push_back(navigation),
            Action::Reload => self.reloads = true,
            Action::Stay => self.stays = true,
            Action::SendToContext(message) => self.context.send(message),
            // Here the system is light.
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

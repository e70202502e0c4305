//! Effects: what `update` asks for. Data, performed later by the runtime.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;

use crate::call::Outcome;
use crate::context::{ContextMessage, primary_subtag};
use crate::form::File;
use crate::http::{HttpRequest, HttpResult};
use crate::route::{Route, href};

/// What `update` asks the runtime to do. Building one does nothing; dropping
/// it does nothing either.
///
/// ```
/// use std::time::Duration;
/// use rally_core::effect::Effect;
///
/// enum Msg { Tick, Fetched(String) }
///
/// let effect = Effect::batch([
///     Effect::every(Duration::from_secs(1), || Msg::Tick),
///     Effect::task(async { Msg::Fetched("done".to_owned()) }),
/// ]);
/// # drop(effect);
/// ```
#[must_use = "an effect does nothing until `update` returns it"]
pub struct Effect<Msg> {
    actions: Vec<Action<Msg>>,
}

/// One thing for the runtime to do. All of it ends when the page is left.
pub enum Action<Msg> {
    /// Send a call, and turn what comes of it into a message.
    Call(CallRequest, Then<Outcome, Msg>),
    /// Send an HTTP request.
    Http(HttpRequest, Then<HttpResult, Msg>),
    /// Run a future to its end.
    Task(Pin<Box<dyn Future<Output = Msg>>>),
    /// Pass on what a stream yields.
    Stream(Pin<Box<dyn Stream<Item = Msg>>>),
    /// One message, later.
    After(Duration, Then<(), Msg>),
    /// A message at every interval.
    Every(Duration, Each<(), Msg>),
    /// A message whenever another tab changes this key of the local storage.
    Storage(String, Each<Option<String>, Msg>),
    /// Write this key of the local storage, or with `None` remove it.
    Store(String, Option<String>),
    /// Go to a URL of this app, or any other.
    Navigate(Navigation),
    /// Load the page's document anew.
    Reload,
    /// Do not load it anew by itself.
    Stay,
    /// Give the client context a message.
    SendToContext(ContextMessage),
    /// Be dark or light, or with `None` as the system is.
    DarkMode(Option<bool>),
    /// Speak this language: a primary subtag.
    Lang(String),
}

/// Turns one event into a message.
pub type Then<Event, Msg> = Box<dyn FnOnce(Event) -> Msg>;

/// Turns each of many events into a message.
pub type Each<Event, Msg> = Box<dyn FnMut(Event) -> Msg>;

/// A call on its way: already encoded, not yet numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRequest {
    /// Which call.
    pub name: &'static str,
    /// Of its types.
    pub fingerprint: u64,
    /// Whether it goes over HTTP rather than the socket: one with files does.
    pub over_http: bool,
    /// The message, encoded.
    pub body: Vec<u8>,
    /// The files it takes along, by number.
    pub files: Vec<File>,
}

/// Where to go, and how the history remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Navigation {
    /// A path with its query and fragment, or a whole URL.
    pub url: String,
    /// What becomes of the current history entry.
    pub history: History,
}

/// What a navigation does to the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Adds an entry: the back button returns here.
    Push,
    /// Takes the place of the current entry.
    Replace,
}

impl<Msg: 'static> Effect<Msg> {
    /// Nothing to do.
    pub const fn none() -> Self {
        Self { actions: Vec::new() }
    }

    /// All of them, started in this order; but navigations last, since they may
    /// end the page that asks for the others.
    pub fn batch(effects: impl IntoIterator<Item = Self>) -> Self {
        Self { actions: effects.into_iter().flat_map(|effect| effect.actions).collect() }
    }

    /// Runs a future in the browser; its output is the message.
    pub fn task(future: impl Future<Output = Msg> + 'static) -> Self {
        Self::one(Action::Task(Box::pin(future)))
    }

    /// Passes on every message of a stream until the page is left.
    pub fn stream(stream: impl Stream<Item = Msg> + 'static) -> Self {
        Self::one(Action::Stream(Box::pin(stream)))
    }

    /// One message after a delay.
    pub fn after(delay: Duration, message: impl FnOnce() -> Msg + 'static) -> Self {
        Self::one(Action::After(delay, Box::new(|()| message())))
    }

    /// A message at every interval, the first after one interval, until the
    /// page is left.
    pub fn every(interval: Duration, mut message: impl FnMut() -> Msg + 'static) -> Self {
        Self::one(Action::Every(interval, Box::new(move |()| message())))
    }

    /// Listens to another tab changing a key of the local storage; the message
    /// is made from the new value, `None` when it was removed.
    pub fn on_storage(
        key: impl Into<String>,
        message: impl FnMut(Option<String>) -> Msg + 'static,
    ) -> Self {
        Self::one(Action::Storage(key.into(), Box::new(message)))
    }

    /// Writes a key of the local storage, or with `None` removes it. Where the
    /// browser has no room or permission for it, nothing happens.
    pub fn store(key: impl Into<String>, value: Option<String>) -> Self {
        Self::one(Action::Store(key.into(), value))
    }

    /// Sends an HTTP request.
    pub fn http(request: HttpRequest, then: impl FnOnce(HttpResult) -> Msg + 'static) -> Self {
        Self::one(Action::Http(request, Box::new(then)))
    }

    /// Goes to a page of this app.
    pub fn navigate<R: Route>(route: R) -> Self {
        Self::navigate_to(href(route), History::Push)
    }

    /// Goes to a URL: within the app without a page load where it can, else as
    /// the browser does.
    ///
    /// It may be one of another site. Of a URL that came from outside, such as
    /// where to return to after a sign-in, keep a
    /// [`LocalPath`](crate::route::LocalPath), which can only be one of this app:
    ///
    /// ```
    /// use rally_core::effect::{Effect, History};
    /// use rally_core::route::LocalPath;
    ///
    /// fn signed_in<Msg: 'static>(return_to: Option<LocalPath>) -> Effect<Msg> {
    ///     Effect::navigate_to(return_to.unwrap_or_default(), History::Replace)
    /// }
    /// # let to = "//evil.example".parse().ok();
    /// # assert_eq!(format!("{:?}", signed_in::<()>(to)), "[Navigate(/)]");
    /// ```
    pub fn navigate_to(url: impl Into<String>, history: History) -> Self {
        Self::one(Action::Navigate(Navigation { url: url.into(), history }))
    }

    /// Loads the page's document anew, now: whatever is under way, and whatever
    /// the visitor has typed.
    ///
    /// After a call that failed as [`Failure::Stale`](crate::call::Failure::Stale)
    /// this comes by itself, but only once no call is under way and the page is
    /// [not dirty](crate::page::Page::is_dirty). A document that was loaded anew
    /// and is out of date still is not loaded again: the visitor is told so.
    ///
    /// ```
    /// # use rally_core::{call::Failure, effect::Effect, wire::Never};
    /// # struct Model { draft: String, notice: String }
    /// # impl Model {
    /// fn failed<Msg: 'static>(&mut self, failure: Failure<Never>) -> Effect<Msg> {
    ///     self.notice = failure.to_string();
    ///     match failure {
    ///         // What is shown is wrong from now on, and nothing can be lost.
    ///         Failure::Stale if self.draft.is_empty() => Effect::reload(),
    ///         // This page lets the visitor copy the draft, and has a link of its own.
    ///         Failure::Stale => Effect::stay(),
    ///         _ => Effect::none(),
    ///     }
    /// }
    /// # }
    /// # let mut page = Model { draft: String::new(), notice: String::new() };
    /// # assert_eq!(format!("{:?}", page.failed::<()>(Failure::Stale)), "[Reload]");
    /// # page.draft.push('x');
    /// # assert_eq!(format!("{:?}", page.failed::<()>(Failure::Stale)), "[Stay]");
    /// ```
    pub fn reload() -> Self {
        Self::one(Action::Reload)
    }

    /// Keeps the document for as long as this page is shown, however old the
    /// app is: it is not [loaded anew](Self::reload) by itself, and the visitor
    /// is not told. What a stale call means is the page's to say from here on.
    ///
    /// It counts from `mounted` on, or in the very `update` that receives
    /// [`Failure::Stale`](crate::call::Failure::Stale).
    pub fn stay() -> Self {
        Self::one(Action::Stay)
    }

    /// Makes the app dark or light, on this visit and the next: it is kept in
    /// the cookie `__rally_dark_mode`, and `cx` and `<html data-theme>` follow.
    /// With `None` it is as the system is, and follows that.
    pub fn set_dark_mode(dark: Option<bool>) -> Self {
        Self::one(Action::DarkMode(dark))
    }

    /// Makes the app speak a language, on this visit and the next: it is kept
    /// in the cookie `__rally_lang`, and `cx` and `<html lang>` follow. Of a
    /// tag such as `de-AT` the primary subtag counts, `de`; what is no language
    /// changes nothing.
    pub fn set_lang(lang: impl AsRef<str>) -> Self {
        primary_subtag(lang.as_ref()).map_or_else(Self::none, |lang| Self::one(Action::Lang(lang)))
    }

    /// Sends a call that is already encoded; [`CallExt::call`](crate::call::CallExt::call)
    /// is what pages use.
    pub fn request(request: CallRequest, then: impl FnOnce(Outcome) -> Msg + 'static) -> Self {
        Self::one(Action::Call(request, Box::new(then)))
    }

    /// Turns its messages into another type, for a part of a page that has
    /// messages of its own.
    pub fn map<To: 'static>(self, to: impl FnMut(Msg) -> To + Clone + 'static) -> Effect<To> {
        let actions = self.actions.into_iter().map(|action| action.map(to.clone())).collect();
        Effect { actions }
    }

    /// Whether there is nothing to do.
    pub fn is_none(&self) -> bool {
        self.actions.is_empty()
    }

    /// The parts, for a runtime to perform.
    pub fn into_actions(self) -> Vec<Action<Msg>> {
        self.actions
    }

    pub(crate) fn one(action: Action<Msg>) -> Self {
        Self { actions: vec![action] }
    }
}

impl<Msg: 'static> Action<Msg> {
    fn map<To: 'static>(self, mut to: impl FnMut(Msg) -> To + 'static) -> Action<To> {
        match self {
            Self::Call(request, then) => Action::Call(request, Box::new(move |it| to(then(it)))),
            Self::Http(request, then) => Action::Http(request, Box::new(move |it| to(then(it)))),
            Self::Task(future) => Action::Task(Box::pin(async move { to(future.await) })),
            Self::Stream(stream) => Action::Stream(Box::pin(Mapped { stream, to })),
            Self::After(delay, then) => Action::After(delay, Box::new(move |it| to(then(it)))),
            Self::Every(every, mut each) => Action::Every(every, Box::new(move |it| to(each(it)))),
            Self::Storage(key, mut each) => Action::Storage(key, Box::new(move |it| to(each(it)))),
            Self::Store(key, value) => Action::Store(key, value),
            Self::Navigate(navigation) => Action::Navigate(navigation),
            Self::Reload => Action::Reload,
            Self::Stay => Action::Stay,
            Self::SendToContext(message) => Action::SendToContext(message),
            Self::DarkMode(dark) => Action::DarkMode(dark),
            Self::Lang(lang) => Action::Lang(lang),
        }
    }
}

struct Mapped<Msg, F> {
    stream: Pin<Box<dyn Stream<Item = Msg>>>,
    to: F,
}

// The stream is pinned in its own box, so `Mapped` may move.
impl<Msg, F> Unpin for Mapped<Msg, F> {}

impl<Msg, To, F: FnMut(Msg) -> To> Stream for Mapped<Msg, F> {
    type Item = To;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<To>> {
        let item = self.stream.as_mut().poll_next(cx);
        item.map(|item| item.map(&mut self.to))
    }
}

impl<Msg> fmt::Debug for Effect<Msg> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.actions).finish()
    }
}

impl<Msg> fmt::Debug for Action<Msg> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(request, _) => write!(f, "Call({})", request.name),
            Self::Http(request, _) => write!(f, "Http({} {})", request.method, request.url),
            Self::Task(_) => f.write_str("Task"),
            Self::Stream(_) => f.write_str("Stream"),
            Self::After(delay, _) => write!(f, "After({delay:?})"),
            Self::Every(interval, _) => write!(f, "Every({interval:?})"),
            Self::Storage(key, _) => write!(f, "Storage({key})"),
            Self::Store(key, _) => write!(f, "Store({key})"),
            Self::Navigate(to) => write!(f, "Navigate({})", to.url),
            Self::Reload => f.write_str("Reload"),
            Self::Stay => f.write_str("Stay"),
            Self::SendToContext(_) => f.write_str("SendToContext"),
            Self::DarkMode(dark) => write!(f, "DarkMode({dark:?})"),
            Self::Lang(lang) => write!(f, "Lang({lang})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_keeps_the_order_and_drops_what_is_none() {
        let effect = Effect::<()>::batch([
            Effect::after(Duration::from_secs(1), || ()),
            Effect::none(),
            Effect::store("key", None),
        ]);
        assert_eq!(format!("{effect:?}"), "[After(1s), Store(key)]");
    }

    #[test]
    fn map_keeps_what_has_no_message() {
        let effect = Effect::<()>::batch([
            Effect::stay(),
            Effect::reload(),
            Effect::set_dark_mode(None),
            Effect::set_lang("de-AT"),
            Effect::set_lang("no language"),
        ]);
        let effect = effect.map(|()| 1);
        assert_eq!(format!("{effect:?}"), "[Stay, Reload, DarkMode(None), Lang(de)]");
    }

    #[test]
    fn map_reaches_the_message_of_every_action() {
        let effect = Effect::every(Duration::from_secs(1), || 1).map(|number| number + 1);
        let [Action::Every(_, each)] = &mut effect.into_actions()[..] else { panic!() };
        assert_eq!([each(()), each(())], [2, 2]);
    }
}

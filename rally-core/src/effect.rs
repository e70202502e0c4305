//! Effects: the side effects that `update` returns, as data.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;

pub use crate::maybe_send::{BoxFuture, BoxStream, Each, Then};

use crate::call::Outcome;
use crate::context::{ContextMessage, primary_subtag};
use crate::form::File;
use crate::http::{HttpRequest, HttpResult};
use crate::maybe_send::MaybeSend;
use crate::route::{Route, href};

/// The side effects that `update` returns, as data for the runtime to perform.
///
/// An effect does nothing until `update` or `mounted` returns it. A dropped
/// effect does nothing.
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
    // The callbacks return messages without their type: a browser then has the code of the actions
    // once, and not for each type of message.
    actions: Vec<Action<Message>>,
    messages: PhantomData<fn() -> Msg>,
}

/// A message without its type.
type Message = Box<dyn Any>;

/// The actions of an effect for a runtime. Their callbacks send the messages themselves, and return nothing.
pub type Actions = Vec<Action<()>>;

/// One action of an effect.
///
/// After the page, layout or context that started an action has ended, the
/// action sends no more messages.
pub enum Action<Msg> {
    /// Sends a call, and turns its outcome into a message.
    Call(CallRequest, Then<Outcome, Msg>),
    /// Sends an HTTP request, and turns its result into a message.
    Http(HttpRequest, Then<HttpResult, Msg>),
    /// Runs a future. The output of the future is the message.
    Task(BoxFuture<Msg>),
    /// Sends each item of a stream as a message.
    Stream(BoxStream<Msg>),
    /// Sends one message after a delay.
    After(Duration, Then<(), Msg>),
    /// Sends a message after each interval, again and again.
    Every(Duration, Each<(), Msg>),
    /// Sends a message each time another tab changes this key of the local storage.
    Storage(String, Each<Option<String>, Msg>),
    /// Writes a value to this key of the local storage; `None` removes the key.
    Store(String, Option<String>),
    /// Navigates to a URL of this app or of another site.
    Navigate(Navigation),
    /// Reloads the document.
    Reload,
    /// Prevents automatic reloads of the document while the page is shown.
    Stay,
    /// Sends a message to the client context.
    SendToContext(ContextMessage),
    /// Sets the theme: dark (`true`), light (`false`) or that of the system (`None`).
    DarkMode(Option<bool>),
    /// Sets the language of the app to a primary language subtag, such as `de`.
    Lang(String),
}

/// An encoded call that has no request id yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRequest {
    /// Name of the call: module path and type name.
    pub name: &'static str,
    /// Fingerprint of the types of the call's message, answer and error.
    pub fingerprint: u64,
    /// `true` if the call is sent over HTTP, not over the socket. A call with
    /// files is always sent over HTTP.
    pub over_http: bool,
    /// The encoded message.
    pub body: Vec<u8>,
    /// Files of the message. The encoded message refers to each file by its index.
    pub files: Vec<File>,
}

/// A navigation: the target, and the change to the browser's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Navigation {
    /// Target: a path with query and fragment, or a full URL.
    pub url: String,
    /// Change to the browser's history.
    pub history: History,
}

/// The change that a navigation makes to the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// Adds an entry: the back button returns to the current page.
    Push,
    /// Replaces the current entry: the back button does not return to the current page.
    Replace,
}

impl<Msg: 'static> Effect<Msg> {
    /// Returns an effect that does nothing.
    pub const fn none() -> Self {
        Self::of(Vec::new())
    }

    /// Combines several effects into one.
    ///
    /// The actions start in the order of the effects, except that navigations
    /// start last: a navigation may end the page.
    pub fn batch(effects: impl IntoIterator<Item = Self>) -> Self {
        Self::of(effects.into_iter().flat_map(|effect| effect.actions).collect())
    }

    /// Runs a future in the browser. The output of the future is the message.
    ///
    /// In the server's build, the future must be `Send`. In the browser's build,
    /// it may hold values of the browser, such as a `JsFuture`, which are not.
    pub fn task(future: impl Future<Output = Msg> + MaybeSend + 'static) -> Self {
        Self::one(Action::Task(Box::pin(async move { message(future.await) })))
    }

    /// Sends each item of a stream as a message.
    ///
    /// The stream is dropped when the page, layout or context that started it
    /// ends.
    pub fn stream(stream: impl Stream<Item = Msg> + MaybeSend + 'static) -> Self {
        Self::one(Action::Stream(Box::pin(Mapped { stream: Box::pin(stream), to: message })))
    }

    /// Sends one message after a delay.
    pub fn after(delay: Duration, message: impl FnOnce() -> Msg + MaybeSend + 'static) -> Self {
        Self::one(Action::After(delay, Box::new(|()| self::message(message()))))
    }

    /// Sends a message after each interval, again and again.
    ///
    /// The timer stops when the page, layout or context that started it ends.
    pub fn every(
        interval: Duration,
        mut message: impl FnMut() -> Msg + MaybeSend + 'static,
    ) -> Self {
        Self::one(Action::Every(interval, Box::new(move |()| self::message(message()))))
    }

    /// Sends a message each time another tab changes a key of the local storage.
    ///
    /// `message` receives the new value, or `None` if the key was removed.
    pub fn on_storage(
        key: impl Into<String>,
        mut message: impl FnMut(Option<String>) -> Msg + MaybeSend + 'static,
    ) -> Self {
        let message = move |value| self::message(message(value));
        Self::one(Action::Storage(key.into(), Box::new(message)))
    }

    /// Writes a value to a key of the local storage; `None` removes the key.
    ///
    /// If the browser refuses the write, for example because the storage is
    /// full, nothing happens.
    pub fn store(key: impl Into<String>, value: Option<String>) -> Self {
        Self::one(Action::Store(key.into(), value))
    }

    /// Sends an HTTP request. `then` turns the result of the request into a message.
    pub fn http(
        request: HttpRequest,
        then: impl FnOnce(HttpResult) -> Msg + MaybeSend + 'static,
    ) -> Self {
        Self::one(Action::Http(request, Box::new(|result| message(then(result)))))
    }

    /// Navigates to a page of this app.
    pub fn navigate<R: Route>(route: R) -> Self {
        Self::navigate_to(href(route), History::Push)
    }

    /// Navigates to a URL.
    ///
    /// If possible, a page of this app is shown without loading a document. The
    /// browser loads a document, for example, if its build of the app is out of
    /// date, if the session has changed, or if the URL leads to no page of this
    /// app.
    ///
    /// The URL may belong to another site. For a URL from outside, such as the
    /// target of a redirect after sign-in, use
    /// [`LocalPath`](crate::route::LocalPath), which accepts only paths of this
    /// app:
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

    /// Reloads the document, even if calls are pending or the visitor has typed something.
    ///
    /// After a call has failed with
    /// [`Failure::Stale`](crate::call::Failure::Stale), Rally reloads the
    /// document automatically. The automatic reload waits until no call or HTTP
    /// request is pending, and the page is
    /// [not dirty](crate::page::Page::is_dirty). It does not happen if the
    /// visitor has typed into a field of the page. If the document is still out
    /// of date after a reload, Rally shows a notice to the visitor, and does not
    /// reload again, not even for this effect.
    ///
    /// ```
    /// # use rally_core::{call::Failure, effect::Effect, wire::Never};
    /// # struct Model { draft: String, notice: String }
    /// # impl Model {
    /// fn failed<Msg: 'static>(&mut self, failure: Failure<Never>) -> Effect<Msg> {
    ///     self.notice = failure.to_string();
    ///     match failure {
    ///         // The draft is empty, so a reload loses nothing.
    ///         Failure::Stale if self.draft.is_empty() => Effect::reload(),
    ///         // The visitor can copy the draft, and then reload.
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

    /// Prevents automatic reloads while this page is shown, even if the app is out of date.
    ///
    /// Rally then neither [reloads](Self::reload) the document nor shows a
    /// notice: the page itself must handle calls that fail with
    /// [`Failure::Stale`](crate::call::Failure::Stale). Return this effect from
    /// `mounted`, or from `update` when it receives such a failure.
    pub fn stay() -> Self {
        Self::one(Action::Stay)
    }

    /// Sets the theme to dark or light, now and for later visits. `None` follows the system.
    ///
    /// The cookie `__rally_dark_mode` stores the choice. The effect also changes
    /// the client context and `<html data-theme>`.
    pub fn set_dark_mode(dark: Option<bool>) -> Self {
        Self::one(Action::DarkMode(dark))
    }

    /// Sets the language of the app, now and for later visits.
    ///
    /// Only the primary subtag of `lang` is used, such as `de` of `de-AT`. If
    /// it is not two to eight ASCII letters, nothing changes. The cookie
    /// `__rally_lang` stores the choice. The effect also changes the client
    /// context and `<html lang>`.
    pub fn set_lang(lang: impl AsRef<str>) -> Self {
        primary_subtag(lang.as_ref()).map_or_else(Self::none, |lang| Self::one(Action::Lang(lang)))
    }

    /// Sends an encoded call. `then` turns the outcome into a message.
    ///
    /// Pages use [`CallExt::call`](crate::call::CallExt::call) instead.
    pub fn request(
        request: CallRequest,
        then: impl FnOnce(Outcome) -> Msg + MaybeSend + 'static,
    ) -> Self {
        Self::one(Action::Call(request, Box::new(|outcome| message(then(outcome)))))
    }

    /// Converts the messages of the effect to the type `To`.
    ///
    /// A page calls it on the effect of a part that has its own message type.
    pub fn map<To: 'static>(
        self,
        to: impl FnMut(Msg) -> To + Clone + MaybeSend + 'static,
    ) -> Effect<To> {
        Effect::of(convert(self.actions, &|| {
            let mut to = to.clone();
            Box::new(move |msg| message(to(typed(msg))))
        }))
    }

    /// Returns `true` if the effect has no actions.
    pub fn is_none(&self) -> bool {
        self.actions.is_empty()
    }

    /// Returns the actions of the effect. A runtime performs them. Their callbacks call `send` with
    /// each message.
    pub fn into_actions(self, send: impl FnMut(Msg) + Clone + MaybeSend + 'static) -> Actions {
        convert(self.actions, &|| {
            let mut send = send.clone();
            Box::new(move |msg| send(typed(msg)))
        })
    }

    pub(crate) fn one(action: Action<Message>) -> Self {
        Self::of(vec![action])
    }

    const fn of(actions: Vec<Action<Message>>) -> Self {
        Self { actions, messages: PhantomData }
    }
}

fn message<Msg: 'static>(msg: Msg) -> Message {
    Box::new(msg)
}

/// Returns a message with its type. Each message of an `Effect<Msg>` has the type `Msg`.
fn typed<Msg: 'static>(message: Message) -> Msg {
    *message.downcast().expect("a message of another type")
}

/// Converts the messages of each action by a function that `to` makes.
fn convert<To: 'static>(
    actions: Vec<Action<Message>>,
    to: &dyn Fn() -> Each<Message, To>,
) -> Vec<Action<To>> {
    actions.into_iter().map(|action| action.map(to())).collect()
}

impl Action<Message> {
    fn map<To: 'static>(self, mut to: Each<Message, To>) -> Action<To> {
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

struct Mapped<S: ?Sized, F> {
    stream: Pin<Box<S>>,
    to: F,
}

// The stream is pinned in its own box, so `Mapped` may move.
impl<S: ?Sized, F> Unpin for Mapped<S, F> {}

impl<S: Stream + ?Sized, To, F: FnMut(S::Item) -> To> Stream for Mapped<S, F> {
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
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_batch_keeps_the_order_and_drops_empty_effects() {
        let effect = Effect::<()>::batch([
            Effect::after(Duration::from_secs(1), || ()),
            Effect::none(),
            Effect::store("key", None),
        ]);
        assert_eq!(format!("{effect:?}"), "[After(1s), Store(key)]");
    }

    #[test]
    fn map_keeps_actions_without_a_message() {
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
        let (sent, messages) = mpsc::channel();
        let send = move |number| sent.send(number).unwrap();
        let [Action::Every(_, each)] = &mut effect.into_actions(send)[..] else { panic!() };
        each(());
        each(());
        assert_eq!(messages.try_iter().collect::<Vec<_>>(), [2, 2]);
    }
}

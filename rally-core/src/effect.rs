//! Effects: the side effects that `update` returns, as data.

mod action;
mod delays;
mod element;
mod in_place;
mod keyed;
mod keyed_code;
mod mapped;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;

pub use crate::maybe_send::{BoxFuture, BoxStream, Each, Then};
pub use action::{Action, CallRequest, Flash, FormAction, History, Navigation};
pub use delays::Delays;
pub use element::ElementAction;
pub use keyed::{Key, Timing};
pub use keyed_code::{Keyed, KeyedActions, KeyedCode, KeyedHost, KeyedState, TaskGroup};

use crate::call::Outcome;
use crate::carried::TO_COOKIE;
use crate::context::{primary_subtag, refresh_message};
use crate::dispatch::AnyMessage;
use crate::http::{HttpRequest, HttpResult};
use crate::maybe_send::MaybeSend;
use crate::route::{Route, href};
use crate::running::Inbox;
use action::convert;
use mapped::Mapped;

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

/// The actions of an effect for a runtime. Their callbacks send the messages themselves, and return
/// nothing.
pub type Actions = Vec<Action<()>>;

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

    /// Runs a future in the browser that sends no message.
    pub fn run(future: impl Future<Output = ()> + MaybeSend + 'static) -> Self {
        Self::one(Action::Run(Box::pin(future)))
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
    /// [`read_storage`](Self::read_storage) reads it. If the browser refuses the write, for example
    /// because the storage is full, nothing happens.
    pub fn store(key: impl Into<String>, value: Option<String>) -> Self {
        Self::one(Action::Store(key.into(), value))
    }

    /// Reads a key of the local storage once. `then` turns the value into a message; it is `None` if
    /// the storage has no such key, or if the browser refuses the read.
    ///
    /// The server does not know the local storage. So a page begins without the value, and reads it
    /// in [`mounted`](crate::page::Page::mounted):
    ///
    /// ```
    /// # use rally_core::{codec::*, context::ClientContext, dispatch::Dispatch, effect::Effect, page::*,
    /// #     route::*, simulate::Simulation, view::Element, wire::*};
    /// # struct Write;
    /// # impl Route for Write {
    /// #     const PATTERN: &'static str = "/write";
    /// #     type Context = ClientContext;
    /// #     fn from_params(_: &Params) -> Option<Self> { Some(Self) }
    /// #     fn write_params(&self, _: &mut Params) {}
    /// # }
    /// # impl Load for Write { type Data = (); const HAS_LOADER: bool = false; }
    /// # struct Model { text: String }
    /// # impl Wire for Model {
    /// #     fn shape(shape: &mut Shape) { shape.leaf(1) }
    /// #     fn write(&self, to: &mut Writer) { self.text.write(to) }
    /// #     fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
    /// #         String::read(from).map(|text| Self { text })
    /// #     }
    /// # }
    /// enum Msg {
    ///     Restored(Option<String>),
    ///     Typed(String),
    /// }
    ///
    /// impl Page for Model {
    /// #   type Route = Write;
    /// #   type Msg = Msg;
    /// #   fn init(_: Write, _: (), _: &ClientContext) -> Self { Self { text: String::new() } }
    ///     fn mounted(&self, _: &ClientContext) -> Effect<Msg> {
    ///         Effect::read_storage("draft", Msg::Restored)
    ///     }
    ///
    ///     fn update(&mut self, msg: Msg, _: &ClientContext) -> Effect<Msg> {
    ///         match msg {
    ///             Msg::Restored(draft) => {
    ///                 self.text = draft.unwrap_or_default();
    ///                 Effect::none()
    ///             }
    ///             Msg::Typed(text) => {
    ///                 self.text = text.clone();
    ///                 Effect::store("draft", Some(text))
    ///             }
    ///         }
    ///     }
    /// #   fn view(&self, _: Dispatch<Msg>, _: &ClientContext) -> Element { Element::empty() }
    ///     // ..
    /// }
    ///
    /// let mut page = Simulation::<Model>::start(Write, ());
    /// assert_eq!(page.answer_storage_read(Some("Dear")), "draft");
    /// assert_eq!(page.model(|model| model.text.clone()), "Dear");
    /// # page.send(Msg::Typed(String::new()));
    /// ```
    pub fn read_storage(
        key: impl Into<String>,
        then: impl FnOnce(Option<String>) -> Msg + MaybeSend + 'static,
    ) -> Self {
        Self::one(Action::ReadStorage(key.into(), Box::new(|value| message(then(value)))))
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

    /// Navigates to a page of this app, in place of the current entry of the history: the back
    /// button does not return to the current page.
    pub fn replace<R: Route>(route: R) -> Self {
        Self::navigate_to(href(route), History::Replace)
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

    /// Shows a message to the visitor, as [`ClientContext::flash`] of the client context.
    ///
    /// A layout or page shows the text. It is visible at once, and stays after the next navigation
    /// of an effect, also if the browser loads a document for it, and after a redirect. The
    /// navigation after that clears it, and so does a link or the back button.
    ///
    /// ```
    /// use rally_core::effect::{Effect, History};
    ///
    /// let effect = Effect::<()>::batch([
    ///     Effect::flash("The order is saved."),
    ///     Effect::navigate_to("/orders", History::Push),
    /// ]);
    /// # drop(effect);
    /// ```
    ///
    /// It works without script: after a posted form, a cookie carries the text to the next
    /// document, with a limit of 3000 bytes. Show the text as text, since a visitor can change it.
    /// A posted form that does nothing else is answered with a redirect to its page.
    ///
    /// [`ClientContext::flash`]: crate::context::ClientContext::flash
    pub fn flash(text: impl Into<String>) -> Self {
        Self::one(Action::Flash(Some(Flash { text: text.into(), to_cookie: TO_COOKIE })))
    }

    /// Removes the [flash message](Self::flash) before the next navigation.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use rally_core::effect::Effect;
    /// # fn saved() -> Effect<()> {
    /// // A later message that is shown in the same way has its own five seconds.
    /// let clear = Effect::debounce("flash", Duration::from_secs(5), Effect::clear_flash());
    /// Effect::batch([Effect::flash("Saved."), clear])
    /// # }
    /// # assert!(format!("{:?}", saved()).starts_with("[Flash(Saved.), "));
    /// # assert_eq!(format!("{:?}", Effect::<()>::clear_flash()), "[ClearFlash]");
    /// ```
    pub fn clear_flash() -> Self {
        Self::one(Action::Flash(None))
    }

    /// Asks the server's `from_session` for the client context again, over the socket.
    ///
    /// [`Context::refresh`](crate::context::Context::refresh) takes over the answer. For a context
    /// that follows each navigation, return this effect from
    /// [`Context::navigated`](crate::context::Context::navigated). If there is no answer,
    /// or if the app has no `from_session`, the context stays.
    pub fn refresh_context() -> Self {
        Self::one(Action::RefreshContext(refresh_message))
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

    /// Returns the actions of the effect. Their callbacks queue the messages.
    pub(crate) fn queued(self, inbox: &Arc<Inbox>) -> Actions
    where
        Msg: Send,
    {
        // Only this function is compiled for each type of message.
        queue_messages(self.actions, inbox, |message| {
            message.downcast::<Msg>().ok().map(|msg| msg as _)
        })
    }

    /// Returns `true` if the effect makes a request, whose answer becomes a message.
    pub(crate) fn awaits_answer(&self) -> bool {
        self.actions.iter().any(Action::awaits_answer)
    }

    pub(crate) fn one(action: Action<Message>) -> Self {
        Self::of(vec![action])
    }

    const fn of(actions: Vec<Action<Message>>) -> Self {
        Self { actions, messages: PhantomData }
    }
}

fn queue_messages(
    actions: Vec<Action<Message>>,
    inbox: &Arc<Inbox>,
    sendable: fn(Message) -> Option<AnyMessage>,
) -> Actions {
    convert(actions, &|| {
        let inbox = inbox.clone();
        Box::new(move |message| sendable(message).into_iter().for_each(|it| inbox.send(it)))
    })
}

fn message<Msg: 'static>(msg: Msg) -> Message {
    Box::new(msg)
}

/// Returns a message with its type. Each message of an `Effect<Msg>` has the type `Msg`.
fn typed<Msg: 'static>(message: Message) -> Msg {
    *message.downcast().expect("a message of another type")
}

impl<Msg> fmt::Debug for Effect<Msg> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.actions).finish()
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

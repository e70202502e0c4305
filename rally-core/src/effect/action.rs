//! The actions of an effect, as a runtime performs them.

use std::fmt;
use std::time::Duration;

use super::mapped::Mapped;
use super::{BoxFuture, BoxStream, Each, ElementAction, Key, KeyedCode, Message, Then, Timing};
use crate::call::Outcome;
use crate::carried::ToCookie;
use crate::context::{ClientContext, ContextMessage};
use crate::form::File;
use crate::http::{HttpRequest, HttpResult};

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
    /// Runs a future that sends no message.
    Run(BoxFuture<()>),
    /// Sends one message after a delay.
    After(Duration, Then<(), Msg>),
    /// Sends a message after each interval, again and again.
    Every(Duration, Each<(), Msg>),
    /// Sends a message each time another tab changes this key of the local storage.
    Storage(String, Each<Option<String>, Msg>),
    /// Reads this key of the local storage.
    ReadStorage(String, Then<Option<String>, Msg>),
    /// Writes a value to this key of the local storage; `None` removes the key.
    Store(String, Option<String>),
    /// Navigates to a URL of this app or of another site.
    Navigate(Navigation),
    /// Changes the URL of the shown page, and keeps the page.
    SetUrl(Navigation),
    /// Reloads the document.
    Reload,
    /// Prevents automatic reloads of the document while the page is shown.
    Stay,
    /// Changes the form with this name in the document.
    Form(String, FormAction),
    /// Sends a message to the client context.
    SendToContext(ContextMessage),
    /// Shows a flash message; `None` removes it.
    Flash(Option<Flash>),
    /// Asks the server for the client context again.
    /// Contains the function that encodes the message of the call, for a page and the client context:
    /// an app without this effect does not have its code.
    RefreshContext(fn(&str, &ClientContext) -> Vec<u8>),
    /// Sets the theme: dark (`true`), light (`false`) or that of the system (`None`).
    DarkMode(Option<bool>),
    /// Sets the language of the app to a primary language subtag, such as `de`.
    Lang(String),
    /// Sends a message once the document shows the result of this update.
    AfterRender(Then<(), Msg>),
    /// Does something with an element, after the next render.
    Element(ElementAction),
    /// Copies a text to the clipboard. The message receives `true` if the browser has allowed it.
    Copy(String, Then<bool, Msg>),
    /// Actions that a later effect can cancel by the key, or that start later.
    Keyed(Key, Timing, Vec<Self>, &'static KeyedCode),
    /// Cancels the actions with this key.
    Cancel(Key, &'static KeyedCode),
}

/// A flash message.
pub struct Flash {
    /// The text.
    pub text: String,
    /// Encodes the text for the next document.
    pub to_cookie: ToCookie,
}

/// A change of a form in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormAction {
    /// Empties all fields.
    Reset,
    /// Empties the fields that the visitor has not changed since the form was submitted.
    ResetSent,
    /// Moves the focus to the first field with an error, after the next render.
    FocusInvalid,
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

/// Converts the messages of each action by a function that `to` makes.
pub(super) fn convert<To: 'static>(
    actions: Vec<Action<Message>>,
    to: &dyn Fn() -> Each<Message, To>,
) -> Vec<Action<To>> {
    actions.into_iter().map(|action| action.map(to)).collect()
}

impl Action<Message> {
    /// Returns `true` for a request, also one that is delayed or can be cancelled.
    pub(super) fn awaits_answer(&self) -> bool {
        match self {
            Self::Call(..) | Self::Http(..) => true,
            Self::Keyed(_, _, actions, _) => actions.iter().any(Self::awaits_answer),
            _ => false,
        }
    }

    fn map<To: 'static>(self, make: &dyn Fn() -> Each<Message, To>) -> Action<To> {
        let mut to = make();
        match self {
            Self::Call(request, then) => Action::Call(request, Box::new(move |it| to(then(it)))),
            Self::Http(request, then) => Action::Http(request, Box::new(move |it| to(then(it)))),
            Self::Task(future) => Action::Task(Box::pin(async move { to(future.await) })),
            Self::Stream(stream) => Action::Stream(Box::pin(Mapped { stream, to })),
            Self::After(delay, then) => Action::After(delay, Box::new(move |it| to(then(it)))),
            Self::Every(every, mut each) => Action::Every(every, Box::new(move |it| to(each(it)))),
            Self::Storage(key, mut each) => Action::Storage(key, Box::new(move |it| to(each(it)))),
            Self::ReadStorage(key, then) => {
                Action::ReadStorage(key, Box::new(move |it| to(then(it))))
            }
            Self::Store(key, value) => Action::Store(key, value),
            Self::Navigate(navigation) => Action::Navigate(navigation),
            Self::Reload => Action::Reload,
            Self::Stay => Action::Stay,
            Self::Form(name, action) => Action::Form(name, action),
            Self::SendToContext(message) => Action::SendToContext(message),
            Self::Flash(text) => Action::Flash(text),
            Self::RefreshContext(message) => Action::RefreshContext(message),
            Self::DarkMode(dark) => Action::DarkMode(dark),
            Self::Lang(lang) => Action::Lang(lang),
            Self::Run(future) => Action::Run(future),
            Self::SetUrl(url) => Action::SetUrl(url),
            Self::AfterRender(then) => Action::AfterRender(Box::new(move |it| to(then(it)))),
            Self::Element(action) => Action::Element(action),
            Self::Copy(text, then) => Action::Copy(text, Box::new(move |it| to(then(it)))),
            Self::Keyed(key, timing, actions, code) => {
                Action::Keyed(key, timing, convert(actions, make), code)
            }
            Self::Cancel(key, code) => Action::Cancel(key, code),
        }
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
            Self::ReadStorage(key, _) => write!(f, "ReadStorage({key})"),
            Self::Store(key, _) => write!(f, "Store({key})"),
            Self::Navigate(to) => write!(f, "Navigate({})", to.url),
            Self::Reload => f.write_str("Reload"),
            Self::Stay => f.write_str("Stay"),
            Self::Form(name, action) => write!(f, "Form({name}, {action:?})"),
            Self::SendToContext(_) => f.write_str("SendToContext"),
            Self::Flash(Some(flash)) => write!(f, "Flash({})", flash.text),
            Self::Flash(None) => f.write_str("ClearFlash"),
            Self::RefreshContext(_) => f.write_str("RefreshContext"),
            Self::DarkMode(dark) => write!(f, "DarkMode({dark:?})"),
            Self::Lang(lang) => write!(f, "Lang({lang})"),
            Self::Run(_) => f.write_str("Run"),
            Self::SetUrl(to) => write!(f, "SetUrl({} {:?})", to.url, to.history),
            Self::AfterRender(_) => f.write_str("AfterRender"),
            Self::Element(action) => action.fmt(f),
            Self::Copy(text, _) => write!(f, "Copy({text:?})"),
            Self::Keyed(key, timing, actions, _) => write!(f, "{timing:?}({key:?}, {actions:?})"),
            Self::Cancel(key, _) => write!(f, "Cancel({key:?})"),
        }
    }
}

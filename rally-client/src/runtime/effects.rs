//! Effects: what a program asks for of its own is started here, and the rest is asked of the
//! other parts of the app.

use futures_util::StreamExt;
use rally_core::call::Outcome;
use rally_core::context::ContextMessage;
use rally_core::effect::{Action, CallRequest, Effect, Navigation, Then};
use rally_core::http::{HttpRequest, HttpResult};

use crate::platform::{Storage, Tasks};

/// A request of an effect to the other parts of the app.
pub enum Request {
    /// Send a call.
    Call(CallRequest, Then<Outcome, ()>),
    /// Send an HTTP request.
    Http(HttpRequest, Then<HttpResult, ()>),
    /// Go to a URL.
    Navigate(Navigation),
    /// Load the page's document anew.
    Reload,
    /// Do not load it anew by itself.
    Stay,
    /// Give the client context a message.
    SendToContext(ContextMessage),
    /// Be dark or light, or with `None` as the system is.
    DarkMode(Option<bool>),
    /// Speak this language.
    Lang(String),
}

/// Performs the effect of one message, in order; `ask` is called for what others do.
pub fn perform(
    effect: Effect<()>,
    tasks: &Tasks,
    storage: &dyn Storage,
    mut ask: impl FnMut(Request),
) {
    // A navigation may end the page at once: what it asks for beside it goes
    // first, whichever way the batch was written.
    let leads_on = |action: &_| matches!(action, Action::Navigate(_));
    let (last, first): (Vec<_>, Vec<_>) = effect.into_actions().into_iter().partition(leads_on);
    for action in first.into_iter().chain(last) {
        match action {
            Action::Task(task) => tasks.spawn(task),
            Action::Stream(stream) => tasks.stream(stream),
            Action::After(delay, then) => tasks.after(delay, move || then(())),
            Action::Every(interval, each) => tasks.every(interval, each),
            Action::Storage(key, each) => tasks.stream(storage.storage(&key).map(each)),
            Action::Store(key, value) => storage.store(&key, value.as_deref()),
            Action::Call(request, then) => ask(Request::Call(request, then)),
            Action::Http(request, then) => ask(Request::Http(request, then)),
            Action::Navigate(to) => ask(Request::Navigate(to)),
            Action::Reload => ask(Request::Reload),
            Action::Stay => ask(Request::Stay),
            Action::SendToContext(message) => ask(Request::SendToContext(message)),
            Action::DarkMode(dark) => ask(Request::DarkMode(dark)),
            Action::Lang(lang) => ask(Request::Lang(lang)),
        }
    }
}

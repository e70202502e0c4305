//! Execution of the actions of programs. Tasks, timers and storage are handled here. The other
//! actions are passed to the app, as values of [`Request`].

use futures_util::StreamExt;
use rally_core::call::Outcome;
use rally_core::context::ContextMessage;
use rally_core::effect::{Action, Actions, CallRequest, Navigation, Then};
use rally_core::http::{HttpRequest, HttpResult};

use crate::platform::{Storage, Tasks};

/// An action that the app executes.
pub enum Request {
    /// Send a call.
    Call(CallRequest, Then<Outcome, ()>),
    /// Send an HTTP request.
    Http(HttpRequest, Then<HttpResult, ()>),
    /// Go to a URL.
    Navigate(Navigation),
    /// Reload the document.
    Reload,
    /// Turn off automatic reloads, and the notice about an outdated page, while this page is shown.
    Stay,
    /// Send a message to the client context.
    SendToContext(ContextMessage),
    /// Set the theme to dark or light. `None` follows the system.
    DarkMode(Option<bool>),
    /// Set the language.
    Lang(String),
}

/// Performs the actions in order, but navigations last. Calls `ask` for each action
/// that the app executes.
pub fn perform(
    actions: Actions,
    tasks: &Tasks,
    storage: &dyn Storage,
    mut ask: impl FnMut(Request),
) {
    // A navigation may end the page at once, so the page's other actions come first.
    let navigates = |action: &_| matches!(action, Action::Navigate(_));
    let (last, first): (Vec<_>, Vec<_>) = actions.into_iter().partition(navigates);
    for action in first.into_iter().chain(last) {
        match action {
            Action::Task(task) => tasks.spawn(task),
            Action::Stream(stream) => tasks.stream(stream),
            Action::After(delay, then) => tasks.after(delay, move || then(())),
            Action::Every(interval, each) => tasks.every(interval, each),
            Action::Storage(key, each) => tasks.stream(Box::pin(storage.storage(&key).map(each))),
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

//! Execution of the actions of programs. Tasks, timers and storage are handled here. The other
//! actions are passed to the app, as values of [`Request`].

use futures_util::StreamExt;
use rally_core::call::Outcome;
use rally_core::context::{ClientContext, ContextMessage};
use rally_core::effect::{
    Action, Actions, CallRequest, ElementAction, Flash, FormAction, Key, KeyedCode, Navigation,
    Then, Timing,
};
use rally_core::http::{HttpRequest, HttpResult};
use rally_core::running::visit;

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
    /// Change the form with this name.
    Form(String, FormAction),
    /// Send a message to the client context.
    SendToContext(ContextMessage),
    /// Show a flash message, or remove it.
    Flash(Option<Flash>),
    /// Ask the server for the client context again.
    RefreshContext(fn(&str, &ClientContext) -> Vec<u8>),
    /// Set the theme to dark or light. `None` follows the system.
    DarkMode(Option<bool>),
    /// Set the language.
    Lang(String),
    /// Change the URL of the shown page.
    SetUrl(Navigation),
    /// Send a message after the next render.
    AfterRender(Then<(), ()>),
    /// Perform an action on an element, after the next render.
    Element(ElementAction),
    /// Copy a text to the clipboard.
    Copy(String, Then<bool, ()>),
    /// Perform actions with a key, at once or later.
    Keyed(Key, Timing, Actions, &'static KeyedCode),
    /// Cancel the actions with this key.
    Cancel(Key, &'static KeyedCode),
}

/// Returns `true` if an action leads to another page or document. `leaves_by` decides about a URL
/// that the page sets for itself.
pub fn leaves(actions: &Actions, leaves_by: &dyn Fn(&Navigation) -> bool) -> bool {
    actions.iter().any(|action| match action {
        Action::Navigate(_) | Action::Reload => true,
        Action::SetUrl(to) => leaves_by(to),
        Action::Keyed(_, _, actions, _) => leaves(actions, leaves_by),
        _ => false,
    })
}

/// Performs the actions in order. Calls `ask` for each action that the app executes.
///
/// `tasks` are those that the actions belong to.
pub fn perform(
    actions: Actions,
    tasks: &Tasks,
    storage: &dyn Storage,
    ask: &mut dyn FnMut(Request),
) {
    for action in actions {
        match action {
            Action::Task(task) | Action::Run(task) => tasks.spawn(task),
            Action::Stream(stream) => tasks.stream(stream),
            Action::After(delay, then) => tasks.after(delay, move || then(())),
            Action::Every(interval, each) => tasks.every(interval, each),
            Action::Storage(key, mut each) => {
                let texts = storage.storage(&key).map(move |text| {
                    // A change is an event of its own, as one of the DOM.
                    let _shown = visit::enter(0);
                    each(text);
                });
                tasks.stream(Box::pin(texts));
            }
            Action::ReadStorage(key, then) => then(storage.stored(&key)),
            Action::Store(key, value) => storage.store(&key, value.as_deref()),
            Action::Call(request, then) => ask(Request::Call(request, then)),
            Action::Http(request, then) => ask(Request::Http(request, then)),
            Action::Navigate(to) => ask(Request::Navigate(to)),
            Action::SetUrl(to) => ask(Request::SetUrl(to)),
            Action::Reload => ask(Request::Reload),
            Action::Stay => ask(Request::Stay),
            Action::Form(name, action) => ask(Request::Form(name, action)),
            Action::SendToContext(message) => ask(Request::SendToContext(message)),
            Action::Flash(flash) => ask(Request::Flash(flash)),
            Action::RefreshContext(message) => ask(Request::RefreshContext(message)),
            Action::DarkMode(dark) => ask(Request::DarkMode(dark)),
            Action::Lang(lang) => ask(Request::Lang(lang)),
            Action::AfterRender(then) => ask(Request::AfterRender(then)),
            Action::Element(action) => ask(Request::Element(action)),
            Action::Copy(text, then) => ask(Request::Copy(text, then)),
            Action::Keyed(key, timing, actions, code) => {
                ask(Request::Keyed(key, timing, actions, code));
            }
            Action::Cancel(key, code) => ask(Request::Cancel(key, code)),
        }
    }
}

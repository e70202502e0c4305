//! Execution of the actions of programs. Tasks, timers and storage are handled here. The other
//! actions are passed to the app, as values of [`Request`].

use std::rc::Rc;

use futures_util::StreamExt;
use rally_core::call::Outcome;
use rally_core::context::ContextMessage;
use rally_core::effect::{
    Action, Actions, CallRequest, ElementAction, FormAction, Key, Navigation, Then,
};
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
    /// Change the form with this name.
    Form(String, FormAction),
    /// Send a message to the client context.
    SendToContext(ContextMessage),
    /// Show a flash message, or remove it.
    Flash(Option<String>),
    /// Ask the server for the client context again.
    RefreshContext,
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
    /// Give up a navigation that was cancelled.
    Cancelled,
}

/// Returns `true` if an action leads to another page or document. `leaves_by` decides about a URL
/// that the page sets for itself.
pub fn leaves(actions: &Actions, leaves_by: &dyn Fn(&Navigation) -> bool) -> bool {
    actions.iter().any(|action| match action {
        Action::Navigate(_) | Action::Reload => true,
        Action::SetUrl(to) => leaves_by(to),
        Action::Keyed(_, _, actions) => leaves(actions, leaves_by),
        _ => false,
    })
}

/// Performs the actions in order, but navigations last. Calls `ask` for each action that the app
/// executes, with the tasks that it belongs to.
///
/// `keys` are the keys of all actions. `owned` has the tasks of the program.
pub fn perform(
    actions: Actions,
    keys: &[Key],
    owned: &Rc<Tasks>,
    storage: &dyn Storage,
    ask: &mut dyn FnMut(&Rc<Tasks>, Request),
) {
    // A navigation may end the page at once, so the page's other actions come first.
    let mut last = Vec::new();
    start(actions, keys, owned, storage, ask, &mut last);
    for (tasks, to) in last {
        ask(&tasks, Request::Navigate(to));
    }
}

fn start(
    actions: Actions,
    keys: &[Key],
    owned: &Rc<Tasks>,
    storage: &dyn Storage,
    ask: &mut dyn FnMut(&Rc<Tasks>, Request),
    last: &mut Vec<(Rc<Tasks>, Navigation)>,
) {
    let tasks = &owned.group(keys);
    for action in actions {
        match action {
            Action::Task(task) | Action::Run(task) => tasks.spawn(task),
            Action::Stream(stream) => tasks.stream(stream),
            Action::After(delay, then) => tasks.after(delay, move || then(())),
            Action::Every(interval, each) => tasks.every(interval, each),
            Action::Storage(key, each) => tasks.stream(Box::pin(storage.storage(&key).map(each))),
            Action::Stored(key, then) => then(storage.stored(&key)),
            Action::Store(key, value) => storage.store(&key, value.as_deref()),
            Action::Call(request, then) => ask(tasks, Request::Call(request, then)),
            Action::Http(request, then) => ask(tasks, Request::Http(request, then)),
            Action::Navigate(to) => last.push((tasks.clone(), to)),
            Action::SetUrl(to) => ask(tasks, Request::SetUrl(to)),
            Action::Reload => ask(tasks, Request::Reload),
            Action::Stay => ask(tasks, Request::Stay),
            Action::Form(name, action) => ask(tasks, Request::Form(name, action)),
            Action::SendToContext(message) => ask(tasks, Request::SendToContext(message)),
            Action::Flash(text) => ask(tasks, Request::Flash(text)),
            Action::RefreshContext => ask(tasks, Request::RefreshContext),
            Action::DarkMode(dark) => ask(tasks, Request::DarkMode(dark)),
            Action::Lang(lang) => ask(tasks, Request::Lang(lang)),
            Action::AfterRender(then) => ask(tasks, Request::AfterRender(then)),
            Action::Element(action) => ask(tasks, Request::Element(action)),
            Action::Copy(text, then) => ask(tasks, Request::Copy(text, then)),
            Action::Keyed(key, timing, actions) => {
                if let Some(actions) = owned.delay(keys, &key, timing, actions) {
                    start(actions, &[keys, &[key]].concat(), owned, storage, ask, last);
                } else {
                    // A debounced effect has cancelled the one before.
                    ask(tasks, Request::Cancelled);
                }
            }
            Action::Cancel(key) => {
                owned.cancel(&key);
                ask(tasks, Request::Cancelled);
            }
        }
    }
}

//! Dispatch: how a view sends messages.

use std::ops::Deref;

use dioxus_core::{Callback, Event};
use dioxus_html::FormData;

/// Sends messages from a view to `update`. It is `Copy`: every closure can
/// have its own.
///
/// ```text
/// button { onclick: dispatch.on(Msg::Increment), "+" }
/// button { onclick: move |_| dispatch(Msg::Add(3)), "+3" }
/// input { value: "{self.name}", oninput: dispatch.value(Msg::Name) }
/// form { onsubmit: dispatch.submit(Msg::Save), .. }
/// ```
pub struct Dispatch<Msg: 'static>(Callback<Msg>);

impl<Msg> Dispatch<Msg> {
    /// Sends to a function. Only within a component.
    pub fn new(send: impl FnMut(Msg) + 'static) -> Self {
        Self(Callback::new(send))
    }

    /// A handler that sends this message at every event.
    pub fn on<Event>(self, msg: Msg) -> impl FnMut(Event) + 'static
    where
        Msg: Clone,
    {
        move |_| self.0.call(msg.clone())
    }

    /// A handler that sends a field's value whenever it changes.
    pub fn value(self, msg: impl Fn(String) -> Msg + 'static) -> impl FnMut(Event<FormData>) {
        move |event| self.0.call(msg(event.value()))
    }

    /// A handler that sends whether a box is checked whenever it changes.
    pub fn checked(self, msg: impl Fn(bool) -> Msg + 'static) -> impl FnMut(Event<FormData>) {
        move |event| self.0.call(msg(event.checked()))
    }

    /// A handler that sends this message when a form is submitted, in place of
    /// the browser's own request.
    pub fn submit(self, msg: Msg) -> impl FnMut(Event<FormData>) + 'static
    where
        Msg: Clone,
    {
        move |event| {
            event.prevent_default();
            self.0.call(msg.clone());
        }
    }
}

impl<Msg> Clone for Dispatch<Msg> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Msg> Copy for Dispatch<Msg> {}

/// `dispatch(msg)` sends a message.
impl<Msg> Deref for Dispatch<Msg> {
    type Target = Callback<Msg>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

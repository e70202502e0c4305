//! Dispatch: how a view sends messages.

use std::ops::Deref;
use std::rc::Rc;

use dioxus_core::{Callback, Event, try_consume_context};
use dioxus_html::FormData;

use crate::form::{Form, FormValues, Forms};

/// Sends messages from a view to `update`. It is `Copy`: every closure can
/// have its own.
///
/// ```
/// # use rally_core::{dispatch::Dispatch, form::FormValues, view::*};
/// #[derive(Clone)]
/// enum Msg {
///     Increment,
///     Add(i64),
///     Name(String),
///     Agree(bool),
///     Save,
///     Submitted(FormValues),
/// }
///
/// fn view(name: &str, dispatch: Dispatch<Msg>) -> Element {
///     rsx! {
///         button { onclick: dispatch.on(Msg::Increment), "+" }
///         button { onclick: move |_| dispatch(Msg::Add(3)), "+3" }
///         form { onsubmit: dispatch.submit(Msg::Save),
///             input { value: "{name}", oninput: dispatch.value(Msg::Name) }
///             input { r#type: "checkbox", onchange: dispatch.checked(Msg::Agree) }
///         }
///         // Works before the script is there, and without.
///         form { ..dispatch.form("sign", Msg::Submitted),
///             textarea { name: "text" }
///             button { "Sign" }
///         }
///     }
/// }
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

    /// The attributes of a form whose values become a message, also before the
    /// browser's side of the app has arrived, and where there is no script: then
    /// the form is posted to its page, and `update` takes the message in on the
    /// server.
    ///
    /// There the calls that `update` asks for are answered in place. When it
    /// navigates, or every call was answered with `Ok`, the visitor is
    /// redirected; otherwise the page is shown as `update` has left it, with
    /// status 422. So a model that keeps the values shows them again.
    ///
    /// The name tells the forms of a page and its layout apart: one in a list has
    /// a name of its own, as in `format!("delete-{id}")`. A form has to be there when the
    /// page is loaded anew, so what it needs stands in the URL, in what the
    /// loader brings, or in hidden fields.
    pub fn form(self, name: impl AsRef<str>, msg: impl Fn(FormValues) -> Msg + 'static) -> Form {
        let (name, msg) = (name.as_ref(), Rc::new(msg));
        let forms = try_consume_context::<Rc<Forms<Msg>>>();
        if let Some(forms) = &forms {
            forms.add(name, msg.clone());
        }
        let url = forms.as_ref().map(|forms| forms.url().clone()).unwrap_or_default();
        Form::new(&url, name, move |values| self.0.call(msg(values)))
    }
}

impl<Msg> Clone for Dispatch<Msg> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Msg> Copy for Dispatch<Msg> {}

/// So that a component can be given one.
impl<Msg> PartialEq for Dispatch<Msg> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// `dispatch(msg)` sends a message.
impl<Msg> Deref for Dispatch<Msg> {
    type Target = Callback<Msg>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

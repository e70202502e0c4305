//! Dispatch: the handle with which a view sends messages to `update`.

use std::ops::Deref;
use std::rc::Rc;

use dioxus_core::{Callback, Event, try_consume_context};
use dioxus_html::FormData;

use crate::form::{Form, FormValues, Forms};
use crate::maybe_send::MaybeSend;

/// A `Copy` handle that sends messages from a view to `update`.
///
/// ```
/// # use rally_core::{dispatch::Dispatch, form::FormValues, view::*};
/// #[derive(Clone)]
/// enum Msg {
///     Add(i64),
///     Name(String),
///     Agree(bool),
///     Save,
///     Submitted(FormValues),
/// }
///
/// fn view(name: &str, dispatch: Dispatch<Msg>) -> Element {
///     rsx! {
///         button { onclick: move |_| dispatch(Msg::Add(1)), "+1" }
///         form { onsubmit: dispatch.submit(Msg::Save),
///             input { value: "{name}", oninput: dispatch.value(Msg::Name) }
///             input { r#type: "checkbox", onchange: dispatch.checked(Msg::Agree) }
///         }
///         // Works before the browser has loaded the app, and without scripts.
///         form { ..dispatch.form("sign", Msg::Submitted),
///             textarea { name: "text" }
///             button { "Sign" }
///         }
///     }
/// }
/// ```
pub struct Dispatch<Msg: 'static>(Callback<Msg>);

impl<Msg> Dispatch<Msg> {
    /// Makes a handle that calls `send` with each message. Must be called in a component.
    pub fn new(send: impl FnMut(Msg) + 'static) -> Self {
        Self(Callback::new(send))
    }

    /// Returns an event handler that sends a message with the value of the field.
    pub fn value(
        self,
        msg: impl Fn(String) -> Msg + MaybeSend + 'static,
    ) -> impl FnMut(Event<FormData>) {
        move |event| self.0.call(msg(event.value()))
    }

    /// Returns an event handler that sends a message with `true` if the checkbox is checked.
    pub fn checked(
        self,
        msg: impl Fn(bool) -> Msg + MaybeSend + 'static,
    ) -> impl FnMut(Event<FormData>) {
        move |event| self.0.call(msg(event.checked()))
    }

    /// Returns a handler for `onsubmit` that sends this message.
    ///
    /// The browser does not post the form.
    pub fn submit(self, msg: Msg) -> impl FnMut(Event<FormData>) + 'static
    where
        Msg: Clone,
    {
        move |event| {
            event.prevent_default();
            self.0.call(msg.clone());
        }
    }

    /// Returns the attributes of a form whose values become a message.
    ///
    /// The form also works before the browser has loaded the app, and without
    /// scripts. Then the browser posts the form to the URL of its page, and
    /// `update` handles the message on the server.
    ///
    /// On the server, the calls that `update` makes run before the response is
    /// sent. The response is a redirect if `update` navigates or reloads. It is
    /// also a redirect if `update` makes calls or sets preferences, and all
    /// calls return `Ok`. If a call needs a sign-in, the response redirects to
    /// the sign-in page. Otherwise the response has status 422 and shows the
    /// page in the state after `update`, or is an error page if the page fails.
    /// To show the values in the form again, store them in the model.
    ///
    /// Each form of a page and its layout needs a different name. Name a form
    /// in a list as in `format!("delete-{id}")`. To find the form, the server
    /// loads and renders the page again, without the state of the browser. So a
    /// form must not depend on state that only the browser has: put this state
    /// into the URL or into hidden fields.
    pub fn form(
        self,
        name: impl AsRef<str>,
        msg: impl Fn(FormValues) -> Msg + MaybeSend + 'static,
    ) -> Form {
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

/// Dioxus compares the properties of components, and a handle can be a property.
impl<Msg> PartialEq for Dispatch<Msg> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Makes the handle callable: `dispatch(msg)` sends a message.
impl<Msg> Deref for Dispatch<Msg> {
    type Target = Callback<Msg>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

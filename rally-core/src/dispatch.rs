//! Dispatch: the handle with which a view sends messages to `update`.

mod callable;
pub(crate) mod mappings;
pub(crate) mod table;

use std::any::Any;
use std::marker::PhantomData;

use self::mappings::Mapping;
use crate::form::{self, Form, FormAttributes, FormValues, Submitted};
use crate::maybe_send::MaybeSend;
use crate::view::{Event, FormData, scope};

/// A `Copy` handle that sends messages from a view to `update`.
///
/// `dispatch(msg)` sends a message: in an event handler, later in a task, or on
/// another thread. After the page or layout has ended, it does nothing.
///
/// ```
/// # use rally::prelude::*;
/// #[derive(Clone)]
/// enum Msg {
///     Add(i64),
///     Name(String),
///     Agree(bool),
///     Save,
///     Signed(Submitted<Entry>),
/// }
///
/// #[derive(Clone, Wire, Form)]
/// struct Entry {
///     text: String,
/// }
///
/// fn view(name: &str, entry: &FormState<Entry>, dispatch: Dispatch<Msg>) -> Element {
///     rsx! {
///         button { onclick: move |_| dispatch(Msg::Add(1)), "+1" }
///         form { onsubmit: dispatch.submit(Msg::Save),
///             input { value: "{name}", oninput: dispatch.value(Msg::Name) }
///             input { r#type: "checkbox", onchange: dispatch.checked(Msg::Agree) }
///         }
///         // Works before the browser has loaded the app, and without scripts.
///         form { ..dispatch.form(Msg::Signed),
///             {entry.field(Entry::TEXT, "Entry")}
///             button { "Sign" }
///         }
///     }
/// }
/// ```
pub struct Dispatch<Msg: 'static> {
    /// The number of the program; 0 while the server renders, when nothing is sent.
    program: u64,
    /// The number of the mapping to the program's messages; 0 if there is none.
    mapping: u32,
    // A handle is `Send` and `Sync`, because it has no message.
    msg: PhantomData<fn(Msg)>,
}

/// A message without its type.
pub(crate) type AnyMessage = Box<dyn Any + Send>;

impl<Msg: Send + 'static> Dispatch<Msg> {
    /// Makes the handle of a program.
    pub(crate) fn new(program: u64) -> Self {
        Self { program, mapping: 0, msg: PhantomData }
    }

    fn send(self, msg: Msg) {
        if let Some(program) = table::find(self.program) {
            program.receive(self.mapping, Box::new(msg));
        }
    }

    /// Returns a handle for a piece of the view that has its own message type.
    ///
    /// `to` converts a message of the piece to one of the page.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// mod sidebar {
    ///     # use rally::prelude::*;
    ///     pub enum Msg { Toggled }
    ///
    ///     pub fn view(open: bool, dispatch: Dispatch<Msg>) -> Element {
    ///         rsx! {
    ///             button { onclick: move |_| dispatch(Msg::Toggled), "Menu" }
    ///             if open { nav { "..." } }
    ///         }
    ///     }
    /// }
    ///
    /// enum Msg { Sidebar(sidebar::Msg) }
    ///
    /// fn view(open: bool, dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! { {sidebar::view(open, dispatch.map(Msg::Sidebar))} }
    /// }
    /// ```
    ///
    /// Call it in a view. The handle works until a later render no longer uses it.
    pub fn map<Part: Send + 'static>(
        self,
        to: impl Fn(Part) -> Msg + Send + Sync + 'static,
    ) -> Dispatch<Part> {
        let erased = move |message: AnyMessage| -> Option<AnyMessage> {
            Some(Box::new(to(*message.downcast::<Part>().ok()?)))
        };
        let mapping = Mapping::new(self.mapping, erased);
        let number = match table::find(self.program) {
            Some(program) => {
                let number = program.add_mapping(mapping);
                scope::with(|scope| scope.mappings.add(number));
                Some(number)
            }
            // The server needs mappings for forms only.
            None => scope::with(|scope| scope.forms.add_mapping(mapping)).flatten(),
        };
        Dispatch { program: self.program, mapping: number.unwrap_or(0), msg: PhantomData }
    }

    /// Returns an event handler that sends a message with the value of the field.
    pub fn value(
        self,
        msg: impl Fn(String) -> Msg + MaybeSend + 'static,
    ) -> impl Fn(Event<FormData>) + MaybeSend + 'static {
        move |event| self.send(msg(event.value()))
    }

    /// Returns an event handler that sends a message with `true` if the checkbox is checked.
    pub fn checked(
        self,
        msg: impl Fn(bool) -> Msg + MaybeSend + 'static,
    ) -> impl Fn(Event<FormData>) + MaybeSend + 'static {
        move |event| self.send(msg(event.checked()))
    }

    /// Returns a handler for `onsubmit` that sends this message.
    ///
    /// The browser does not post the form.
    pub fn submit(self, msg: Msg) -> impl Fn(Event<FormData>) + MaybeSend + 'static
    where
        Msg: Clone,
    {
        move |event| {
            event.prevent_default();
            self.send(msg.clone());
        }
    }

    /// Returns the attributes of a form whose values become a message with a value of the type `T`.
    ///
    /// The form also works before the browser has loaded the app, and without
    /// scripts. Then the browser posts the form to the URL of its page, and
    /// `update` handles the message on the server.
    ///
    /// On the server, the calls that `update` makes run before the response is
    /// sent. The response is a redirect if `update` navigates or reloads. It is
    /// also a redirect if `update` acts, unless a call returns an error or the
    /// [form](crate::form::FormState::refuse) has errors: it makes calls, sets
    /// preferences, [flashes](crate::effect::Effect::flash) or
    /// [sends](crate::context::Context::send) messages to the context. If a
    /// call needs a sign-in, the response redirects to the sign-in page.
    /// Otherwise the response has status 422 and shows the page in the state
    /// after `update`, or is an error page if the page fails.
    /// To show the values in the form again, keep a
    /// [`FormState`](crate::form::FormState) in the model.
    ///
    /// The form is known by the name of its type. If a page and its layout have several forms of a
    /// type, for example in a list, each needs a [key](FormAttributes::key). To find the form, the
    /// server loads and renders the page again, without the state of the browser. So a
    /// form must not depend on state that only the browser has: put this state
    /// into the URL or into hidden fields.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Wire, Form)]
    /// struct Guest {
    ///     #[form(max = 40)]
    ///     name: String,
    /// }
    ///
    /// enum Msg {
    ///     Submitted(Submitted<Guest>),
    /// }
    ///
    /// fn view(form: &FormState<Guest>, dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! {
    ///         form { ..dispatch.form(Msg::Submitted),
    ///             {form.field(Guest::NAME, "Name")}
    ///             {form.problem()}
    ///             button { "Join" }
    ///         }
    ///     }
    /// }
    /// ```
    pub fn form<T: Form>(
        self,
        msg: impl Fn(Submitted<T>) -> Msg + MaybeSend + 'static,
    ) -> FormAttributes {
        self.attributes(T::FORM_NAME, T::KIND.has_files(), move |values| msg(values.into()))
    }

    /// Returns the attributes of a form without fields: its message contains a value of the view.
    ///
    /// The form needs no key, because the name of the form contains the value. It works without
    /// scripts. A value that no form of the page has cannot be posted, but a handler must still
    /// check if the caller may do this.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// #[derive(Clone, Wire, Form)]
    /// struct Remove {
    ///     id: i64,
    /// }
    ///
    /// enum Msg {
    ///     Remove(Remove),
    /// }
    ///
    /// fn view(ids: &[i64], dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! {
    ///         for id in ids.iter().copied() {
    ///             form { key: "{id}", ..dispatch.post(Remove { id }, Msg::Remove), button { "Remove" } }
    ///         }
    ///     }
    /// }
    /// ```
    pub fn post<T: Form + Clone + MaybeSend>(
        self,
        value: T,
        msg: impl Fn(T) -> Msg + MaybeSend + 'static,
    ) -> FormAttributes {
        let name = form::name_of(&value);
        self.attributes(name, false, move |_| msg(value.clone()))
    }

    /// Returns the attributes of a form with a name of its own, whose message has its texts and files.
    ///
    /// It is for forms whose fields are not known when the app is built. Each form of a page and its
    /// layout needs a different name.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// enum Msg {
    ///     Answered(FormValues),
    /// }
    ///
    /// fn view(questions: &[String], dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! {
    ///         form { ..dispatch.raw_form("poll", Msg::Answered),
    ///             for question in questions {
    ///                 input { name: question, aria_label: question }
    ///             }
    ///             button { "Send" }
    ///         }
    ///     }
    /// }
    /// ```
    pub fn raw_form(
        self,
        name: impl Into<String>,
        msg: impl Fn(FormValues) -> Msg + MaybeSend + 'static,
    ) -> FormAttributes {
        self.attributes(name, false, msg)
    }

    fn attributes(
        self,
        name: impl Into<String>,
        has_files: bool,
        msg: impl Fn(FormValues) -> Msg + MaybeSend + 'static,
    ) -> FormAttributes {
        let handle = Handle { program: self.program, mapping: self.mapping };
        let message = Box::new(move |values| -> AnyMessage { Box::new(msg(values)) });
        FormAttributes::new(name, has_files, handle, message)
    }
}

/// The numbers of a handle, without its type.
#[derive(Clone, Copy)]
pub(crate) struct Handle {
    /// See [`Dispatch`].
    pub(crate) program: u64,
    /// See [`Dispatch`].
    pub(crate) mapping: u32,
}

impl<Msg> Clone for Dispatch<Msg> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Msg> Copy for Dispatch<Msg> {}

/// Two handles are equal if they send to the same program in the same way.
impl<Msg> PartialEq for Dispatch<Msg> {
    fn eq(&self, other: &Self) -> bool {
        (self.program, self.mapping) == (other.program, other.mapping)
    }
}

//! The state of a form in the model: the values to show again, and the errors.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;

use super::field::find;
use super::typed::{shown_again, write_form};
use super::{Field, FieldError, FieldErrors, Form, FormValues, Submitted};
use crate::call::{Call, CallExt, Failure, Reply};
use crate::codec::{DecodeError, Reader, Writer};
use crate::effect::{Action, Effect, FormAction, Key};
use crate::maybe_send::MaybeSend;
use crate::running::visit;
use crate::wire::{Shape, Wire, hash};

/// The state of a form of the type `T`, for the model.
///
/// It has the values that the form shows, the errors of the fields, and an error of no field. The
/// values are those that the visitor has submitted last: what they are typing is only in the
/// browser. Secrets and files are never kept.
///
/// ```
/// # use rally::prelude::*;
/// #[derive(Wire, Form)]
/// pub struct NewAccount {
///     #[form(max = 40)]
///     pub name: String,
///     #[form(password, min = 8)]
///     pub password: String,
/// }
/// # impl Call for NewAccount {
/// #     type Output = Result<(), FieldErrors>;
/// #     const NAME: &'static str = "NewAccount";
/// # }
///
/// #[derive(Wire)]
/// pub struct Model {
///     form: FormState<NewAccount>,
/// }
///
/// pub enum Msg {
///     Submitted(Submitted<NewAccount>),
///     Joined(Reply<NewAccount>),
/// }
///
/// # impl Model {
/// fn update(&mut self, msg: Msg) -> Effect<Msg> {
///     match msg {
///         Msg::Submitted(form) => self.form.submit(form, Msg::Joined),
///         Msg::Joined(reply) => {
///             self.form.answer(reply, |()| Effect::navigate_to("/", rally::History::Push))
///         }
///     }
/// }
///
/// fn view(&self, dispatch: Dispatch<Msg>) -> Element {
///     rsx! {
///         form { ..dispatch.form(Msg::Submitted),
///             // A label, an input and the error of the field.
///             {self.form.field(NewAccount::NAME, "Name")}
///             // The same, written by hand.
///             label { ..self.form.label(NewAccount::PASSWORD), "Password" }
///             input { class: "wide", ..self.form.control(NewAccount::PASSWORD) }
///             {self.form.error(NewAccount::PASSWORD)}
///             // An error of no field, for example that the connection was lost.
///             {self.form.problem()}
///             button { "Join" }
///         }
///     }
/// }
/// # }
/// ```
pub struct FormState<T> {
    pub(super) key: String,
    pub(super) values: FormValues,
    pub(super) errors: FieldErrors,
    pub(super) problem: Option<String>,
    is_pending: bool,
    /// The visit of the last submit.
    visit: u32,
    form: PhantomData<fn() -> T>,
}

impl<T: Form> FormState<T> {
    /// Makes the state of a form that shows a value.
    pub fn of(value: &T) -> Self {
        let values = shown_again(T::FIELDS, write_form(value));
        Self { values, ..Self::default() }
    }

    /// Sets the key of the form, if it has one: that of
    /// [`FormAttributes::key`](super::FormAttributes::key).
    ///
    /// The ids of the fields contain the key.
    pub fn key(mut self, key: impl fmt::Display) -> Self {
        self.key = key.to_string();
        self
    }

    /// Handles a submitted form: calls the server with its value.
    ///
    /// `then` turns the reply into a message, which [`answer`](Self::answer) handles. If a field has
    /// an error, there is no call: the view shows the errors, and the first field with an error gets
    /// the focus.
    pub fn submit<Msg: 'static>(
        &mut self,
        submitted: Submitted<T>,
        then: impl FnOnce(Reply<T>) -> Msg + MaybeSend + 'static,
    ) -> Effect<Msg>
    where
        T: Call,
    {
        self.submit_with(submitted, |value| value.call(then))
    }

    /// Handles a submitted form like [`submit`](Self::submit), but with any effect.
    ///
    /// If all fields are valid, the effect is that of `accepted`.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # #[derive(Wire, Form)]
    /// # struct Order { #[form(skip)] items: Vec<u32> }
    /// # impl Call for Order {
    /// #     type Output = Result<(), FieldErrors>;
    /// #     const NAME: &'static str = "Order";
    /// # }
    /// # struct Model { form: FormState<Order>, cart: Vec<u32> }
    /// # enum Msg { Submitted(Submitted<Order>), Ordered(Reply<Order>) }
    /// # impl Model {
    /// fn update(&mut self, msg: Msg) -> Effect<Msg> {
    ///     match msg {
    ///         Msg::Submitted(form) => self.form.submit_with(form, |mut order| {
    ///             order.items.clone_from(&self.cart);
    ///             order.call(Msg::Ordered)
    ///         }),
    ///         Msg::Ordered(reply) => self.form.answer(reply, |()| Effect::flash("Thank you.")),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn submit_with<Msg: 'static>(
        &mut self,
        submitted: Submitted<T>,
        accepted: impl FnOnce(T) -> Effect<Msg>,
    ) -> Effect<Msg> {
        self.visit = visit::handled();
        let (values, result) = submitted.into_parts();
        self.values = shown_again(T::FIELDS, values);
        self.clear_errors();
        match result {
            Ok(value) => {
                let effect = accepted(value);
                self.is_pending = effect.awaits_answer();
                effect
            }
            Err(errors) => self.refuse(errors),
        }
    }

    /// Handles the reply to the call that [`submit`](Self::submit) has made.
    ///
    /// If the call has succeeded, the effect is that of `accepted`. The view shows
    /// [`FieldErrors`] of the handler at their fields. All other failures are the
    /// [`problem`](Self::problem) of the form.
    ///
    /// A page that keeps its model may have another URL by now, and the form may be that of another
    /// record: it was submitted again, or made again by [`Page::on_url`](crate::page::Page::on_url).
    /// Then the answer does not change the form, and a failure is a [flash](Effect::flash) message.
    /// `accepted` is called as always. A form that stays in the model keeps its answer, so `on_url`
    /// should make the form of another record again.
    pub fn answer<O, E: fmt::Display + 'static, Msg: 'static>(
        &mut self,
        reply: Result<O, Failure<E>>,
        accepted: impl FnOnce(O) -> Effect<Msg>,
    ) -> Effect<Msg> {
        let is_own = self.is_handled();
        if is_own {
            self.is_pending = false;
            self.clear_errors();
        }
        match reply {
            Ok(answer) => accepted(answer),
            Err(failure) if is_own => self.refuse(errors_of(failure)),
            Err(failure) => Effect::flash(failure.to_string()),
        }
    }

    /// Handles the reply like [`answer`](Self::answer), and empties the form after success.
    ///
    /// Fields that the visitor has changed since the submit keep their text in the browser.
    pub fn answer_and_reset<O, E: fmt::Display + 'static, Msg: 'static>(
        &mut self,
        reply: Result<O, Failure<E>>,
        accepted: impl FnOnce(O) -> Effect<Msg>,
    ) -> Effect<Msg> {
        let is_accepted = reply.is_ok() && self.is_handled();
        let effect = self.answer(reply, accepted);
        match is_accepted {
            true => Effect::batch([self.empty(FormAction::ResetSent), effect]),
            false => effect,
        }
    }

    /// Empties the form, in the model and in the browser.
    pub fn reset<Msg: 'static>(&mut self) -> Effect<Msg> {
        self.empty(FormAction::Reset)
    }

    /// Returns `true` if what is being handled belongs to the last submit, or to the URL of the page.
    fn is_handled(&self) -> bool {
        [self.visit, visit::shown()].contains(&visit::handled())
    }

    fn empty<Msg: 'static>(&mut self, action: FormAction) -> Effect<Msg> {
        let key = std::mem::take(&mut self.key);
        *self = Self { key, ..Self::default() };
        self.act(action)
    }

    /// Shows errors of fields, and moves the focus to the first of these fields.
    ///
    /// [`FieldErrors::problem`] is an error of no field, which [`problem`](Self::problem) shows.
    pub fn refuse<Msg: 'static>(&mut self, mut errors: FieldErrors) -> Effect<Msg> {
        self.is_pending = false;
        self.problem = errors.take_others(|name| find(T::FIELDS, name).is_some());
        self.errors = errors;
        // This also tells the server that the document must show the form.
        self.act(FormAction::FocusInvalid)
    }

    /// Cancels the effect with this key that [`submit`](Self::submit) has started.
    ///
    /// No answer comes then, so this also ends [`is_pending`](Self::is_pending).
    /// [`Effect::cancel`] alone would not.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # #[derive(Wire, Form)]
    /// # struct Report {}
    /// # impl Call for Report {
    /// #     type Output = Result<()>;
    /// #     const NAME: &'static str = "Report";
    /// # }
    /// # #[derive(Default)]
    /// # struct Model { form: FormState<Report> }
    /// # enum Msg { Submitted(Submitted<Report>), Made(Reply<Report>), Stopped }
    /// # impl Model {
    /// fn update(&mut self, msg: Msg) -> Effect<Msg> {
    ///     match msg {
    ///         Msg::Submitted(form) => {
    ///             self.form.submit_with(form, |report| report.call(Msg::Made).cancellable("report"))
    ///         }
    ///         Msg::Made(reply) => self.form.answer(reply, |()| Effect::none()),
    ///         Msg::Stopped => self.form.cancel("report"),
    ///     }
    /// }
    /// # }
    /// # let mut model = Model::default();
    /// # drop(model.update(Msg::Submitted(Submitted::from(rally::FormValues::new()))));
    /// # assert!(model.form.is_pending());
    /// # assert_eq!(format!("{:?}", model.update(Msg::Stopped)), r#"[Cancel("report")]"#);
    /// # assert!(!model.form.is_pending());
    /// ```
    pub fn cancel<Msg: 'static>(&mut self, key: impl Into<Key>) -> Effect<Msg> {
        self.is_pending = false;
        Effect::cancel(key)
    }

    /// Moves the focus to the control of a field after the next render.
    pub fn focus<V, Msg: 'static>(&self, field: Field<T, V>) -> Effect<Msg> {
        Effect::focus(self.id(field))
    }

    /// Moves the focus to the control of a field after the next render, and selects its text, as for
    /// an item that is edited in place.
    pub fn select<V, Msg: 'static>(&self, field: Field<T, V>) -> Effect<Msg> {
        Effect::select(self.id(field))
    }

    fn act<Msg: 'static>(&self, action: FormAction) -> Effect<Msg> {
        let name = match &*self.key {
            "" => T::FORM_NAME.to_owned(),
            key => format!("{}/{key}", T::FORM_NAME),
        };
        Effect::one(Action::Form(name, action))
    }
}

impl<T> FormState<T> {
    /// Returns `true` from a submit that has made a call or an HTTP request until its answer.
    ///
    /// The wait ends with [`answer`](Self::answer), [`refuse`](Self::refuse),
    /// [`reset`](Self::reset) and [`cancel`](Self::cancel). In a document of the server nothing is
    /// pending: the server has all answers before it renders a posted form, and makes no HTTP
    /// requests. The browser ignores a second submit during the wait in any case.
    pub fn is_pending(&self) -> bool {
        self.is_pending
    }

    /// Sets the text that a field shows.
    ///
    /// A field with a listener shows the text of the state after each event. So the message of the
    /// listener must set the text that the visitor has typed:
    ///
    /// ```
    /// # use rally::prelude::*;
    /// # #[derive(Wire, Form)]
    /// # struct Search { words: String }
    /// # struct Model { form: FormState<Search> }
    /// # #[derive(Clone)]
    /// # enum Msg { Typed(String) }
    /// # impl Model {
    /// fn update(&mut self, msg: Msg) {
    ///     match msg {
    ///         Msg::Typed(words) => self.form.set(Search::WORDS, words),
    ///     }
    /// }
    ///
    /// fn view(&self, dispatch: Dispatch<Msg>) -> Element {
    ///     rsx! {
    ///         input { oninput: dispatch.value(Msg::Typed), ..self.form.control(Search::WORDS) }
    ///     }
    /// }
    /// # }
    /// ```
    pub fn set<V>(&mut self, field: Field<T, V>, text: impl Into<String>) {
        let name = field.name();
        self.values.remove(&name);
        self.values.push(name, text);
    }

    /// Returns the error of a field.
    pub fn error_of<V>(&self, field: Field<T, V>) -> Option<&FieldError> {
        self.errors.get(&field.name())
    }

    /// Returns the text that a field shows; empty if there is none.
    pub fn text<V>(&self, field: Field<T, V>) -> &str {
        self.values.text(&field.name())
    }

    /// Returns the texts that a list shows, among them empty ones that were submitted.
    pub fn texts<V>(&self, field: Field<T, V>) -> impl Iterator<Item = &str> {
        let texts: Vec<_> = self.values.all(&field.name()).collect();
        texts.into_iter()
    }

    /// Returns a copy that shows other texts for the errors of the fields, such as texts in another
    /// language.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// use rally::form::FieldError;
    ///
    /// # #[derive(Wire, Form)]
    /// # struct Guest { name: String }
    /// fn in_german(error: &FieldError) -> String {
    ///     match error {
    ///         FieldError::Missing => "Bitte ausf\u{fc}llen.".to_owned(),
    ///         FieldError::TooLong { max } => format!("H\u{f6}chstens {max} Zeichen."),
    ///         other => other.to_string(),
    ///     }
    /// }
    ///
    /// # struct Model { form: FormState<Guest> }
    /// # impl Model {
    /// fn fields(&self, client: &ClientContext) -> Element {
    ///     let form = match &*client.lang {
    ///         "de" => self.form.with_error_texts(in_german),
    ///         _ => self.form.clone(),
    ///     };
    ///     rsx! { {form.field(Guest::NAME, "Name")} }
    /// }
    /// # }
    /// ```
    pub fn with_error_texts(&self, text: impl Fn(&FieldError) -> String) -> Self {
        let mut errors = FieldErrors::default();
        for (name, error) in self.errors.iter() {
            errors.push(name, FieldError::Other(text(error)));
        }
        Self { errors, ..self.clone() }
    }

    /// Returns the errors of all fields.
    pub fn errors(&self) -> &FieldErrors {
        &self.errors
    }

    fn clear_errors(&mut self) {
        self.errors = FieldErrors::default();
        self.problem = None;
    }
}

/// Returns the errors of a failure. An error of no field has no name.
fn errors_of<E: fmt::Display + 'static>(failure: Failure<E>) -> FieldErrors {
    let mut failure = Some(failure);
    if let Some(Failure::App(error)) = &mut failure
        && let Some(errors) = (error as &mut dyn Any).downcast_mut::<FieldErrors>()
    {
        return std::mem::take(errors);
    }
    let mut errors = FieldErrors::default();
    let text = failure.map(|failure| failure.to_string()).unwrap_or_default();
    errors.push("", FieldError::Other(text));
    errors
}

impl<T> Default for FormState<T> {
    fn default() -> Self {
        Self {
            key: String::new(),
            values: FormValues::new(),
            errors: FieldErrors::default(),
            problem: None,
            is_pending: false,
            visit: 0,
            form: PhantomData,
        }
    }
}

impl<T> Clone for FormState<T> {
    fn clone(&self) -> Self {
        let Self { key, values, errors, problem, is_pending, visit, form } = self;
        let (values, errors) = (values.clone(), errors.clone());
        let (key, problem) = (key.clone(), problem.clone());
        let (is_pending, visit) = (*is_pending, *visit);
        Self { key, values, errors, problem, is_pending, visit, form: *form }
    }
}

impl<T> fmt::Debug for FormState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, values, errors, problem, is_pending, visit: _, form: _ } = self;
        f.debug_struct("FormState")
            .field("key", key)
            .field("values", values)
            .field("errors", errors)
            .field("problem", problem)
            .field("is_pending", is_pending)
            .finish()
    }
}

impl<T> PartialEq for FormState<T> {
    fn eq(&self, other: &Self) -> bool {
        let parts = |it: &Self| (it.is_pending, it.key.clone(), it.problem.clone());
        parts(self) == parts(other) && self.values == other.values && self.errors == other.errors
    }
}

impl<T: 'static> Wire for FormState<T> {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("FormState") });
        FormValues::shape(shape);
        FieldErrors::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        // A new document waits for nothing, so `is_pending` is not encoded.
        to.tuple(4, |to| {
            to.field(0);
            self.key.write(to);
            to.field(1);
            self.values.write(to);
            to.field(2);
            self.errors.write(to);
            to.field(3);
            self.problem.write(to);
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.tuple(4, |from| {
            Ok(Self {
                key: from.field(0, Wire::read)?,
                values: from.field(1, Wire::read)?,
                errors: from.field(2, Wire::read)?,
                problem: from.field(3, Wire::read)?,
                is_pending: false,
                visit: 0,
                form: PhantomData,
            })
        })
    }
}

//! Typed forms: types with `#[derive(Form)]`, and their submitted values.

use super::field::find;
use super::reader::FormReader;
use super::writer::FormWriter;
use super::{FieldError, FieldErrors, FieldSpec, FormValue, FormValues, Kind};
use crate::percent::escape;

/// A struct with `#[derive(Form)]`: the values of a form.
///
/// [`Dispatch::form`](crate::dispatch::Dispatch::form) decodes a form into such a struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a form",
    label = "does not implement `Form`",
    note = "write `#[derive(Form)]` above the struct"
)]
pub trait Form: FormValue {
    /// The name of the form in the URL that it is posted to: the name of the type.
    #[doc(hidden)]
    const FORM_NAME: &'static str;

    /// The fields of the form.
    #[doc(hidden)]
    const FIELDS: &'static [FieldSpec];

    /// Checks the rules of all fields.
    ///
    /// A handler calls this method. The form has checked the rules already, but a call over the
    /// socket does not pass through the form. The handler returns `Result<T, FieldErrors>` or
    /// `Result<T, CallError<FieldErrors>>`: with another error, `msg.check()?` does not compile,
    /// because the errors would not be shown at the fields.
    ///
    /// # Errors
    ///
    /// If a field breaks a rule, or has a value that no form makes, such as a text with spaces around
    /// it in a field with `trim`, or a choice twice in a list; or if the form has more than 10,000
    /// values, and each item of a list is one. The step and the pattern of a field, and the types of
    /// files, are checked only by browsers.
    fn check(&self) -> Result<(), FieldErrors> {
        let values = write_within_limit(self);
        if let Some((name, _)) = values.0.get(MAX_VALUES) {
            let max = Some(MAX_VALUES.to_string());
            let mut errors = FieldErrors::default();
            errors.push(&**name, FieldError::WrongCount { min: None, max });
            return Err(errors);
        }
        let made = write_within_limit(&read_form::<Self>(&values)?);
        let mut errors = FieldErrors::default();
        let mut checked = "";
        for (name, _) in values.texts() {
            // The texts of a list follow one another, and are compared once.
            if name != checked && values.all(name).ne(made.all(name)) {
                let expected = "a value that the form can send".to_owned();
                errors.push(name, FieldError::Invalid { expected });
            }
            checked = name;
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Returns the values of a form that shows this value. All values are text, except for files.
pub fn write_form<T: Form>(value: &T) -> FormValues {
    let mut to = FormWriter::default();
    value.write_fields(&mut to);
    to.into_values()
}

/// The number of values that [`Form::check`] reads.
const MAX_VALUES: usize = 10_000;

/// Returns the values of a value from the network, at most about [`MAX_VALUES`].
fn write_within_limit<T: Form>(value: &T) -> FormValues {
    let mut to = FormWriter::within(MAX_VALUES + 1);
    value.write_fields(&mut to);
    to.into_values()
}

fn read_form<T: Form>(values: &FormValues) -> Result<T, FieldErrors> {
    let mut from = FormReader::new(values);
    let value = T::read_fields(&mut from, &super::Rules::NONE);
    let errors = from.into_errors();
    value.filter(|_| errors.is_empty()).ok_or(errors)
}

/// Returns the name of a form that contains a value: the name of its type, and the fields.
pub fn name_of<T: Form>(value: &T) -> String {
    let fields = shown_again(T::FIELDS, write_form(value));
    let mut name = T::FORM_NAME.to_owned();
    let mut separator = '/';
    for (field, text) in fields.texts() {
        name.push(separator);
        escape(field, is_of_part, &mut name);
        name.push('=');
        escape(text, is_of_part, &mut name);
        separator = '&';
    }
    name
}

/// Returns `false` for the characters that separate the parts of a name: two values never have one
/// name.
fn is_of_part(byte: u8) -> bool {
    !byte.is_ascii_control() && !b"%&=/".contains(&byte)
}

/// Returns the values that a form may show again: those of known fields, without secrets and files.
pub(super) fn shown_again(fields: &'static [FieldSpec], values: FormValues) -> FormValues {
    let is_shown = |name: &str| {
        let field = find(fields, name);
        field.is_some_and(|(field, is_secret)| !is_secret && !field.kind.has_files())
    };
    values.into_texts(is_shown)
}

/// A submitted form: the value of the type `T`, or the errors of its fields.
///
/// Usually, [`FormState::submit`](super::FormState::submit) handles it.
///
/// ```
/// # use rally::prelude::*;
/// # use rally::form::FieldError;
/// #[derive(Debug, PartialEq, Form)]
/// struct Guest {
///     name: String,
///     #[form(min = 18)]
///     age: u8,
/// }
///
/// let submit = |name, age| Submitted::<Guest>::from(FormValues::from([("name", name), ("age", age)]));
/// assert_eq!(submit("Ada", "36").value(), Some(&Guest { name: "Ada".to_owned(), age: 36 }));
///
/// let errors = submit("", "x").into_result().unwrap_err();
/// assert_eq!(errors.get("name"), Some(&FieldError::Missing));
/// assert_eq!(errors.get("age").unwrap().to_string(), "Enter a whole number.");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted<T> {
    values: FormValues,
    // Boxed, so that the messages of a page are small.
    result: Result<Box<T>, FieldErrors>,
}

impl<T: Form> From<FormValues> for Submitted<T> {
    fn from(values: FormValues) -> Self {
        let result = read_form(&values).map(Box::new);
        Self { values, result }
    }
}

impl<T> Submitted<T> {
    /// Returns the value; `None` if a field has an error.
    pub fn value(&self) -> Option<&T> {
        self.result.as_deref().ok()
    }

    /// Returns the value.
    ///
    /// # Errors
    ///
    /// If a field has an error.
    pub fn into_result(self) -> Result<T, FieldErrors> {
        self.result.map(|value| *value)
    }

    /// Returns the texts and files as they were submitted, among them secrets.
    pub fn values(&self) -> &FormValues {
        &self.values
    }

    pub(super) fn into_parts(self) -> (FormValues, Result<T, FieldErrors>) {
        (self.values, self.result.map(|value| *value))
    }
}

/// The kind of a group: a struct with `#[derive(Form)]` is also a field of another form.
#[doc(hidden)]
pub const fn group<T: Form>() -> Kind {
    Kind::Group(T::FIELDS)
}

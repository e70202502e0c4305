//! Forms: their attributes, and the values of their fields.

mod bound;
mod error;
mod field;
#[cfg_attr(not(feature = "garde"), path = "form/no_garde.rs")]
pub(crate) mod garde;
#[macro_use]
mod items;
mod foreign;
pub mod pending;
mod reader;
mod state;
mod typed;
mod url;
mod value;
mod view;
mod writer;

use std::str::FromStr;

pub use bound::{FormAttributes, FormButton, FormError};
pub use error::{FieldError, FieldErrors};
pub use field::{ChoiceSpec, Field, FieldSpec, Kind, Rules, check_rules};
pub use reader::{FormReader, Given};
pub use state::FormState;
pub use typed::{Form, Submitted, group};
pub use url::{action, split};
pub use value::{Choice, FieldType, FormItem, FormValue, UnknownChoice, field_type};
pub use writer::FormWriter;

pub use crate::file::{BrowserFile, Content, File};

pub(crate) use bound::Forms;
pub use typed::{name_of, write_form};

use crate::codec::{DecodeError, Reader, Writer};
use crate::file::attach;
use crate::wire::{Shape, Wire, hash};

/// The names and values of a form's fields, in the order of the form.
///
/// They are the message of a form whose fields are not known when the app is built:
/// [`Dispatch::raw_form`](crate::dispatch::Dispatch::raw_form). Other forms have a
/// [`Submitted`] of their type.
///
/// ```
/// use rally_core::form::FormValues;
///
/// let values = FormValues::from([("name", "Ada"), ("age", "36"), ("tag", "a"), ("tag", "b")]);
/// assert_eq!(values.text("name"), "Ada");
/// assert_eq!(values.text("absent"), "");
/// assert_eq!(values.parse::<u8>("age"), Ok(36));
/// assert!(values.parse::<u8>("name").is_err());
/// assert_eq!(values.all("tag").collect::<Vec<_>>(), ["a", "b"]);
/// assert!(!values.is_checked("newsletter"));
/// ```
///
/// Browsers post line breaks as `\r\n`. In a submitted text, they are `\n`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FormValues(Vec<(String, Value)>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    /// A file field; `None` if the visitor has chosen no file.
    File(Option<File>),
}

impl FormValues {
    /// Makes an empty list of fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns `true` if there are no fields.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the text of the first text field with this name; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// Returns the text of the first text field with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Returns the texts of all text fields with this name.
    ///
    /// A `<select multiple>`, or several checkboxes of one name, have several
    /// texts.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.of(name).filter_map(|value| match value {
            Value::Text(text) => Some(&**text),
            Value::File(_) => None,
        })
    }

    /// Parses the text of a field, such as a number. A missing field counts as an empty text.
    ///
    /// # Errors
    ///
    /// If the `FromStr` of `T` returns an error.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T, T::Err> {
        self.text(name).parse()
    }

    /// Returns `true` if the checkbox is checked. Browsers send only checked checkboxes.
    pub fn is_checked(&self, name: &str) -> bool {
        self.of(name).next().is_some()
    }

    /// Returns the first file of a field; `None` if there is none.
    pub fn file(&self, name: &str) -> Option<File> {
        self.files(name).next().cloned()
    }

    /// Returns all files of a field.
    pub fn files(&self, name: &str) -> impl Iterator<Item = &File> {
        self.of(name).filter_map(|value| match value {
            Value::Text(_) => None,
            Value::File(file) => file.as_ref(),
        })
    }

    /// Adds a text field.
    pub fn push(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.0.push((name.into(), Value::Text(text.into())));
    }

    /// Adds a file field, with or without a file.
    pub fn push_file(&mut self, name: impl Into<String>, file: Option<File>) {
        self.0.push((name.into(), Value::File(file)));
    }

    /// Returns all texts with their names, in the order of the form.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| match value {
            Value::Text(text) => Some((&**name, &**text)),
            Value::File(_) => None,
        })
    }

    /// Returns all chosen files with the names of their fields.
    pub fn named_files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().filter_map(|(name, value)| match value {
            Value::Text(_) => None,
            Value::File(file) => Some((&**name, file.as_ref()?)),
        })
    }

    /// Removes the fields of a name.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// Keeps the texts of the fields that `is_kept` accepts by name.
    pub(crate) fn into_texts(mut self, is_kept: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|(name, value)| matches!(value, Value::Text(_)) && is_kept(name));
        self
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value)
    }

    /// Returns all chosen files.
    pub(crate) fn all_files(&self) -> impl Iterator<Item = &File> {
        self.named_files().map(|(_, file)| file)
    }

    /// Replaces the part numbers of decoded files by the files of the browser.
    pub(crate) fn attach(&mut self, files: &[BrowserFile]) -> Option<()> {
        let decoded = self.0.iter_mut().filter_map(|(_, value)| match value {
            Value::Text(_) => None,
            Value::File(file) => file.as_mut(),
        });
        attach(decoded, files)
    }
}

impl<Name: Into<String>, Text: Into<String>, const N: usize> From<[(Name, Text); N]>
    for FormValues
{
    fn from(fields: [(Name, Text); N]) -> Self {
        let mut values = Self::new();
        fields.into_iter().for_each(|(name, text)| values.push(name, text));
        values
    }
}

/// An encoded field: its name, its text, and its file. The text of a file field is `None`.
type FormField = (String, Option<String>, Option<File>);

impl Wire for FormValues {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("FormValues") });
        Vec::<FormField>::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        to.list(self.0.len(), |to| {
            for (name, value) in &self.0 {
                to.tuple(3, |to| {
                    to.field(0);
                    to.text(name);
                    to.field(1);
                    match value {
                        Value::Text(text) => to.text(text),
                        Value::File(_) => to.nil(),
                    }
                    to.field(2);
                    match value {
                        Value::Text(_) => to.nil(),
                        Value::File(file) => file.write(to),
                    }
                });
            }
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let fields = Vec::<FormField>::read(from)?;
        let value = |(name, text, file): FormField| match text {
            Some(text) => (name, Value::Text(text)),
            None => (name, Value::File(file)),
        };
        Ok(Self(fields.into_iter().map(value).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn a_name_may_have_texts_and_files() {
        let mut values = FormValues::from([("a", "text")]);
        values.push_file("a", None);
        values.push_file("a", Some(File::new("x.txt", "text/plain", "abc")));
        values.push_file("none", None);
        assert_eq!(values.get("a"), Some("text"));
        assert_eq!(values.all("a").count(), 1);
        assert_eq!(values.file("a").map(|file| file.size()), Some(3));
        assert_eq!((values.get("none"), values.file("none")), (None, None));
        assert_eq!(values.text("none"), "");
    }

    #[test]
    fn values_survive_the_codec() {
        let mut values = FormValues::from([("a", "1"), ("a", ""), ("", "x")]);
        values.push_file("photo", Some(File::posted("x.txt", "text/plain", 3, 7)));
        values.push_file("none", None);
        let bytes = encode(&values).unwrap();
        assert_eq!(decode::<FormValues>(&bytes).unwrap(), values);
    }
}

//! The readers of forms: from the values of a form to a typed value.

use super::{FieldError, FieldErrors, FieldSpec, File, FormItem, FormValues, Kind, Rules, Value};

/// Reads the fields of a form, and records their errors.
pub struct FormReader<'a> {
    values: &'a FormValues,
    /// The full name of the field that is being read.
    name: String,
    errors: FieldErrors,
}

/// A value that the visitor has given.
#[derive(Debug, Clone, Copy)]
pub enum Given<'a> {
    /// The text of a field.
    Text(&'a str),
    /// A chosen file.
    File(&'a File),
}

impl<'a> FormReader<'a> {
    pub(super) fn new(values: &'a FormValues) -> Self {
        Self { values, name: String::new(), errors: FieldErrors::default() }
    }

    pub(super) fn into_errors(self) -> FieldErrors {
        self.errors
    }

    /// Reads a field of the form or group that is being read.
    pub fn field<V>(
        &mut self,
        spec: &FieldSpec,
        read: fn(&mut Self, &Rules) -> Option<V>,
    ) -> Option<V> {
        let length = enter(&mut self.name, spec.name);
        let value = read(self, &spec.rules);
        self.name.truncate(length);
        value
    }

    /// Returns `true` if the field is in the form, even if it is empty.
    pub(super) fn is_present(&self) -> bool {
        self.values.of(&self.name).next().is_some()
    }

    /// Returns the texts and files of the field that are not empty.
    pub(super) fn given(&self, trims: bool) -> Vec<Given<'a>> {
        let given = self.values.of(&self.name).filter_map(|value| match value {
            Value::Text(text) => {
                let text = if trims { text.trim() } else { text };
                (!text.is_empty()).then_some(Given::Text(text))
            }
            Value::File(file) => file.as_ref().map(Given::File),
        });
        given.collect()
    }

    /// Reads one item, and checks the rules.
    pub(super) fn item<T: FormItem>(&mut self, given: Given<'_>, rules: &Rules) -> Option<T> {
        let Some(item) = T::read_given(given) else {
            let error = match T::KIND {
                Kind::Choice(_) => FieldError::UnknownChoice,
                _ => FieldError::Invalid { expected: T::EXPECTED.to_owned() },
            };
            return self.fail(error, rules);
        };
        match item.check(rules) {
            Ok(()) => Some(item),
            Err(error) => self.fail(error, rules),
        }
    }

    /// Records an error of the field.
    pub(super) fn fail<V>(&mut self, error: FieldError, rules: &Rules) -> Option<V> {
        let own = rules.message.map(|text| FieldError::Other(text.to_owned()));
        self.errors.push(&*self.name, own.unwrap_or(error));
        None
    }
}

/// Adds the name of a field to that of its group. Returns the length of the group's name.
pub(super) fn enter(name: &mut String, field: &str) -> usize {
    let length = name.len();
    if length > 0 {
        name.push('.');
    }
    name.push_str(field);
    length
}

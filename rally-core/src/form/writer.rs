//! The writer of forms: from a typed value to the values of a form.

use super::reader::enter;
use super::{FieldSpec, File, FormValues};

/// Writes the fields of a form.
///
/// ```
/// # use rally::prelude::*;
/// use rally::form::{FormValue, FormWriter};
///
/// #[derive(Form)]
/// struct Guest {
///     name: String,
/// }
///
/// let mut to = FormWriter::default();
/// Guest { name: "Ada".to_owned() }.write_fields(&mut to);
/// assert_eq!(to.into_values(), FormValues::from([("name", "Ada")]));
/// ```
#[derive(Default)]
pub struct FormWriter {
    values: FormValues,
    /// The full name of the field that is being written.
    name: String,
}

impl FormWriter {
    /// Returns the values, in the order in which they were written.
    pub fn into_values(self) -> FormValues {
        self.values
    }

    /// Writes a field of the form or group that is being written.
    pub fn field<V>(&mut self, spec: &FieldSpec, value: &V, write: fn(&V, &mut Self)) {
        let length = enter(&mut self.name, spec.name);
        write(value, self);
        self.name.truncate(length);
    }

    pub(super) fn text(&mut self, text: String) {
        self.values.push(&*self.name, text);
    }

    pub(super) fn file(&mut self, file: File) {
        self.values.push_file(&*self.name, Some(file));
    }
}

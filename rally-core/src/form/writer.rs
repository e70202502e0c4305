//! The writer of forms: from a typed value to the values of a form.

use super::reader::enter;
use super::{FieldSpec, File, FormItem, FormValues};

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
    /// The number of values after which a list ends. `None` for a value that the app has made.
    limit: Option<usize>,
    /// The number of items after which the list that is being written ends.
    max_items: Option<usize>,
}

impl FormWriter {
    /// Makes a writer for a value that a caller has sent. In memory, a written item of a list is many
    /// times larger than in the message. So a list ends with its first item above `max_items`, or
    /// when there are `limit` values. The reader then finds that there are too many.
    pub(super) fn within(limit: usize) -> Self {
        Self { limit: Some(limit), ..Self::default() }
    }

    /// Returns the values, in the order in which they were written.
    pub fn into_values(self) -> FormValues {
        self.values
    }

    /// Writes a field of the form or group that is being written.
    pub fn field<V>(&mut self, spec: &FieldSpec, value: &V, write: fn(&V, &mut Self)) {
        let length = enter(&mut self.name, spec.name);
        self.max_items = self.limit.and(spec.rules.max_items);
        write(value, self);
        self.name.truncate(length);
    }

    /// Writes the items of a list.
    pub(super) fn items<T: FormItem>(&mut self, items: &[T]) {
        let free = self.limit.map(|limit| limit.saturating_sub(self.values.0.len()));
        let max = self.max_items.map(|max| max.saturating_add(1));
        let count = free.into_iter().chain(max).min().unwrap_or(usize::MAX);
        items.iter().take(count).for_each(|item| item.write_given(self));
    }

    pub(super) fn text(&mut self, text: String) {
        self.values.push(&*self.name, text);
    }

    pub(super) fn file(&mut self, file: File) {
        self.values.push_file(&*self.name, Some(file));
    }
}

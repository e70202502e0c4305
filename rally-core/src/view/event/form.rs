//! Events of forms and their fields.

use super::{Event, EventData, data::data};
use crate::file::{BrowserFile, File};
use crate::form::FormValues;

/// An event of a field or a form: input, change, submit, reset.
///
/// ```
/// # use rally::prelude::*;
/// # fn view(dispatch: Dispatch<String>) -> Element {
/// rsx! {
///     input { r#type: "checkbox", onchange: move |event| {
///         if event.checked() {
///             dispatch("yes".to_owned());
///         }
///     } }
/// }
/// # }
/// ```
pub type FormEvent = Event<FormData>;

data! {
    /// The data of a [`FormEvent`].
    FormData {
        /// The field's value. It is empty if the event belongs to a form.
        value: String,
        /// `true` if the field is a checked checkbox or radio button.
        checked: bool,
        /// The values of the form, if the listener belongs to a form; else those of the field.
        ///
        /// A submitted form contains the name and value of the button too.
        values: FormValues,
    }
}

impl FormData {
    /// Returns the field's value.
    ///
    /// A checkbox has the same value whether it is checked or not: use
    /// [`FormData::checked`].
    pub fn value(&self) -> String {
        self.value.clone()
    }

    /// Returns `true` if the field is a checked checkbox or radio button.
    pub fn checked(&self) -> bool {
        self.checked
    }

    /// Returns the chosen files of all fields in [`FormData::values`].
    pub fn files(&self) -> impl Iterator<Item = &File> {
        self.values.all_files()
    }
}

impl EventData for FormData {
    fn attach(&mut self, files: &[BrowserFile]) -> Option<()> {
        self.values.attach(files)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::codec::encode;
    use crate::file::Content;
    use crate::view::event::{RawEvent, decode};

    static RELEASED: AtomicUsize = AtomicUsize::new(0);

    fn browser_file(number: u32) -> BrowserFile {
        BrowserFile::new(number, |_| {
            RELEASED.fetch_add(1, Ordering::Relaxed);
        })
    }

    #[test]
    fn the_files_of_a_form_are_those_of_the_browser() {
        let mut values = FormValues::from([("name", "Ada")]);
        values.push_file("photo", Some(File::posted("a.png", "image/png", 5, 1)));
        values.push_file("none", None);
        let bytes = encode(&FormData { values, ..FormData::default() }).unwrap();
        let raw = |numbers: &[u32]| RawEvent {
            data: &bytes,
            files: numbers.iter().copied().map(browser_file).collect(),
        };
        let data: FormData = decode(raw(&[7, 9])).unwrap();
        assert_eq!(RELEASED.load(Ordering::Relaxed), 1, "the unused file is released");
        let file = data.values.file("photo").unwrap();
        assert_eq!((file.name(), file.size()), ("a.png", 5));
        let Content::Browser(browser_file) = file.content() else { panic!("{file:?}") };
        assert_eq!(browser_file.number(), 9);
        assert_eq!(data.files().count(), 1);
        drop((data, file));
        assert_eq!(RELEASED.load(Ordering::Relaxed), 2);
        assert!(decode::<FormData>(raw(&[7])).is_err());
    }
}

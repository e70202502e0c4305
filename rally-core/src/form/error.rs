//! Errors of fields.

use std::fmt;

use super::Field;
use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};
use crate::wire::{Shape, Wire, hash};

/// The reason why a value of a field is not accepted.
///
/// `Display` is a sentence in English for the visitor. For another language, match on the reason.
///
/// ```
/// use rally::form::FieldError;
///
/// assert_eq!(FieldError::TooLong { max: 40 }.to_string(), "Write at most 40 characters.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldError {
    /// The value is required, and there is none.
    Missing,
    /// The text is no value of the field's type, or no e-mail address or web address.
    Invalid {
        /// A value that is accepted, such as "a whole number".
        expected: String,
    },
    /// The text is too short.
    TooShort {
        /// Minimum number of characters.
        min: usize,
    },
    /// The text is too long.
    TooLong {
        /// Maximum number of characters.
        max: usize,
    },
    /// The value is too small or too large.
    OutOfRange {
        /// The smallest value.
        min: Option<String>,
        /// The largest value.
        max: Option<String>,
    },
    /// The list has too few or too many items.
    WrongCount {
        /// Minimum number of items.
        min: Option<String>,
        /// Maximum number of items.
        max: Option<String>,
    },
    /// The value is none of the choices.
    UnknownChoice,
    /// An error of the app, as a sentence for the visitor.
    Other(String),
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("This is required."),
            Self::Invalid { expected } => write!(f, "Enter {expected}."),
            Self::TooShort { min } => write!(f, "Write at least {min} characters."),
            Self::TooLong { max } => write!(f, "Write at most {max} characters."),
            Self::OutOfRange { min, max } => range(f, "Enter", min.as_deref(), max.as_deref()),
            Self::WrongCount { min, max } => range(f, "Provide", min.as_deref(), max.as_deref()),
            Self::UnknownChoice => f.write_str("Choose one of the options."),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn range(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    min: Option<&str>,
    max: Option<&str>,
) -> fmt::Result {
    match (min, max) {
        (Some(min), Some(max)) => write!(f, "{verb} {min} to {max}."),
        (Some(min), None) => write!(f, "{verb} at least {min}."),
        (None, Some(max)) => write!(f, "{verb} at most {max}."),
        (None, None) => write!(f, "{verb} another value."),
    }
}

/// An encoded error: its kind and two details.
type Encoded = (u8, Option<String>, Option<String>);

impl Wire for FieldError {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("FieldError") });
    }

    fn write(&self, to: &mut Writer) {
        let count = |count: &usize| Some(count.to_string());
        let encoded: Encoded = match self {
            Self::Missing => (0, None, None),
            Self::Invalid { expected } => (1, Some(expected.clone()), None),
            Self::TooShort { min } => (2, count(min), None),
            Self::TooLong { max } => (3, count(max), None),
            Self::OutOfRange { min, max } => (4, min.clone(), max.clone()),
            Self::WrongCount { min, max } => (5, min.clone(), max.clone()),
            Self::UnknownChoice => (6, None, None),
            Self::Other(text) => (7, Some(text.clone()), None),
        };
        encoded.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (kind, first, second) = Encoded::read(from)?;
        let count = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let error = match (kind, &first) {
            (0, _) => Some(Self::Missing),
            (1, Some(expected)) => Some(Self::Invalid { expected: expected.clone() }),
            (2, _) => count(&first).map(|min| Self::TooShort { min }),
            (3, _) => count(&first).map(|max| Self::TooLong { max }),
            (4, _) => Some(Self::OutOfRange { min: first, max: second }),
            (5, _) => Some(Self::WrongCount { min: first, max: second }),
            (6, _) => Some(Self::UnknownChoice),
            (7, Some(text)) => Some(Self::Other(text.clone())),
            _ => None,
        };
        error.ok_or_else(|| from.error(DecodeErrorKind::UnknownVariant))
    }
}

/// The errors of a form's fields: an error type for handlers.
///
/// This is no `std::error::Error`: `?` does not turn it into a [`rally::Error`](crate::error::Error),
/// whose text the browser never receives.
///
/// [`FormState::answer`](super::FormState::answer) shows each error at its field.
///
/// ```
/// # use rally::prelude::*;
/// # use rally::form::FieldError;
/// #[derive(Wire, Form)]
/// pub struct Rename {
///     #[form(max = 5)]
///     pub name: String,
/// }
///
/// fn rename(msg: Rename) -> Result<(), CallError<FieldErrors>> {
///     // A call over the socket does not pass through a form, so a handler checks again.
///     msg.check()?;
///     if msg.name == "root" {
///         return reject(FieldErrors::of(Rename::NAME, "This name is reserved."));
///     }
///     Ok(())
/// }
///
/// let errors = |name: &str| match rename(Rename { name: name.to_owned() }) {
///     Err(CallError::App(errors)) => errors,
///     _ => FieldErrors::default(),
/// };
/// assert_eq!(errors("root").get("name").unwrap().to_string(), "This name is reserved.");
/// assert_eq!(errors("Augusta").get("name"), Some(&FieldError::TooLong { max: 5 }));
/// assert!(errors("Ada").is_empty());
/// ```
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, FieldError)>);

impl FieldErrors {
    /// Makes the error of one field. `text` is a sentence for the visitor.
    pub fn of<F, V>(field: Field<F, V>, text: impl Into<String>) -> Self {
        Self::default().and(field, text)
    }

    /// Makes an error of no field, for example that the form is closed.
    ///
    /// [`FormState::problem`](super::FormState::problem) shows it. `text` is a sentence for the
    /// visitor.
    ///
    /// ```
    /// # use rally::prelude::*;
    /// fn order(items: &[u32]) -> Result<(), CallError<FieldErrors>> {
    ///     if items.is_empty() {
    ///         return reject(FieldErrors::problem("The cart is empty."));
    ///     }
    ///     Ok(())
    /// }
    /// # assert!(order(&[]).is_err());
    /// ```
    pub fn problem(text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.push("", FieldError::Other(text.into()));
        errors
    }

    /// Adds the error of a field.
    pub fn and<F, V>(mut self, field: Field<F, V>, text: impl Into<String>) -> Self {
        self.push(field.name(), FieldError::Other(text.into()));
        self
    }

    /// Adds the error of the field with this name. An error of an empty name, or of a field that is
    /// not in the form, is a [problem](Self::problem) of the form.
    pub fn push(&mut self, name: impl Into<String>, error: FieldError) {
        self.0.push((name.into(), error));
    }

    /// Returns `true` if there are no errors.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the first error of the field with this name.
    pub fn get(&self, name: &str) -> Option<&FieldError> {
        self.iter().find(|(known, _)| *known == name).map(|(_, error)| error)
    }

    /// Returns the names of the fields with their errors.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldError)> {
        self.0.iter().map(|(name, error)| (&**name, error))
    }

    /// Removes the errors of other fields, and returns them as one text.
    pub(super) fn take_others(&mut self, is_field: impl Fn(&str) -> bool) -> Option<String> {
        let others: Vec<_> = self.0.extract_if(.., |(name, _)| !is_field(name)).collect();
        let texts: Vec<_> = others.iter().map(|(_, error)| error.to_string()).collect();
        (!texts.is_empty()).then(|| texts.join(" "))
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, error)) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            let colon = if name.is_empty() { "" } else { ": " };
            write!(f, "{space}{name}{colon}{error}")?;
        }
        Ok(())
    }
}

impl Wire for FieldErrors {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("FieldErrors") });
        FieldError::shape(shape);
    }

    fn write(&self, to: &mut Writer) {
        self.0.write(to);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Vec::read(from).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{decode, encode};

    #[test]
    fn errors_survive_the_codec_and_are_sentences() {
        let limit = |text: &str| Some(text.to_owned());
        let all = [
            (FieldError::Missing, "This is required."),
            (FieldError::Invalid { expected: "a date".to_owned() }, "Enter a date."),
            (FieldError::TooShort { min: 2 }, "Write at least 2 characters."),
            (FieldError::TooLong { max: 3 }, "Write at most 3 characters."),
            (FieldError::OutOfRange { min: limit("1"), max: None }, "Enter at least 1."),
            (FieldError::OutOfRange { min: limit("1"), max: limit("9") }, "Enter 1 to 9."),
            (FieldError::OutOfRange { min: None, max: None }, "Enter another value."),
            (FieldError::WrongCount { min: None, max: limit("2") }, "Provide at most 2."),
            (FieldError::UnknownChoice, "Choose one of the options."),
            (FieldError::Other("No.".to_owned()), "No."),
        ];
        let mut errors = FieldErrors::default();
        for (error, text) in all {
            assert_eq!(error.to_string(), text);
            errors.push("a.b", error);
        }
        assert_eq!(decode::<FieldErrors>(&encode(&errors).unwrap()).unwrap(), errors);
        assert!(errors.to_string().starts_with("a.b: This is required. a.b: Enter a date."));
        assert_eq!(FieldErrors::problem("Closed.").to_string(), "Closed.");
    }

    #[test]
    fn an_unknown_kind_of_error_does_not_decode() {
        for encoded in [(8, None, None), (1, None, None), (2, Some("x".to_owned()), None)] {
            let encoded: Encoded = encoded;
            assert!(decode::<FieldError>(&encode(&encoded).unwrap()).is_err());
        }
    }
}

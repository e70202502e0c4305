//! Errors of the crate garde, as errors of fields.

use super::{FieldError, FieldErrors};

/// The errors of a type that is checked by garde's `Validate`.
///
/// The names of the fields must be those of the form. An error of an item of a list is an error of
/// the list.
///
/// ```
/// # use rally::prelude::*;
/// use garde::Validate;
///
/// #[derive(Wire, Form, Validate)]
/// struct Guest {
///     #[garde(contains("@"))]
///     address: String,
/// }
///
/// fn invite(msg: Guest) -> Result<(), FieldErrors> {
///     msg.check()?;
///     msg.validate()?;
///     Ok(())
/// }
///
/// let errors = invite(Guest { address: "Ada".to_owned() }).unwrap_err();
/// assert_eq!(errors.get("address").unwrap().to_string(), "does not contain \"@\"");
/// ```
impl From<garde::Report> for FieldErrors {
    fn from(report: garde::Report) -> Self {
        let mut errors = Self::default();
        for (path, error) in report.iter() {
            let path = path.to_string();
            let name = path.split('[').next().unwrap_or_default();
            errors.push(name, FieldError::Other(error.message().to_owned()));
        }
        errors
    }
}

//! Errors of the crate garde, as errors of fields.

use std::any::{Any, TypeId};

use super::{FieldError, FieldErrors};

/// Returns `true` for the type of a report.
pub(crate) fn is_report(of: TypeId) -> bool {
    of == TypeId::of::<garde::Report>()
}

/// Returns the errors of a report.
pub(crate) fn errors_of(report: Box<dyn Any>) -> FieldErrors {
    report.downcast::<garde::Report>().map(|report| (*report).into()).unwrap_or_default()
}

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
/// async fn invite(msg: Guest) -> Result<(), CallError<FieldErrors>> {
///     msg.check()?;
///     msg.validate()?;
///     Ok(())
/// }
///
/// let report = Guest { address: "Ada".to_owned() }.validate().unwrap_err();
/// let errors = FieldErrors::from(report);
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

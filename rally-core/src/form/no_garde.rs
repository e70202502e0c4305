//! The feature `garde` is not enabled: no error is one of garde.

use std::any::{Any, TypeId};

use super::FieldErrors;

/// Returns `true` for the type of a report.
pub(crate) fn is_report(_: TypeId) -> bool {
    false
}

/// Returns the errors of a report.
pub(crate) fn errors_of(_: Box<dyn Any>) -> FieldErrors {
    FieldErrors::default()
}

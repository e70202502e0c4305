//! The error type of the commands.

use std::fmt;

pub(crate) type Result<T> = std::result::Result<T, Failure>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// Returns a failure about an invalid command line, with the conventional exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

pub(crate) trait FailureContext<T> {
    /// Converts the error to a [`Failure`]: "cannot {action}: {error}".
    fn context(self, action: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> FailureContext<T> for std::result::Result<T, E> {
    fn context(self, action: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Failure::new(format!("cannot {}: {error}", action())))
    }
}

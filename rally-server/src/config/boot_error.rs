//! An error that is found before the first request.

use std::fmt;

/// Why an app cannot be served.
#[derive(Debug)]
pub struct BootError(String);

impl BootError {
    /// What is wrong, and what to write.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BootError {}

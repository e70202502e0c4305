//! Errors found while an app starts, before its first request.

use std::fmt;

/// The reason why an app cannot start.
#[derive(Debug)]
pub struct BootError(String);

impl BootError {
    /// `message` must say what is wrong and how to fix it.
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

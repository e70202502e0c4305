//! Redacted: values without their secrets, written for developers to look at.

use super::{EncodeError, Writer};
use crate::wire::Wire;

/// Whether a writer leaves secrets out.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    are_hidden: bool,
}

impl Secrets {
    pub(super) const fn are_hidden(&self) -> bool {
        self.are_hidden
    }
}

/// Writes a value with `"[redacted]"` in place of its secrets: of each field
/// that is marked as one with `#[wire(secret)]`, or whose name says so, and of
/// what serde writes for an attribute, since nobody knows what that is.
///
/// The bytes are for people and their tools. Nothing reads them back.
///
/// # Errors
///
/// As [`encode`](super::encode).
///
/// ```
/// use rally_core::codec::{encode, redacted};
///
/// // What has no secrets is written as ever.
/// let value = vec![1, 2, 3];
/// assert_eq!(redacted::encode(&value), encode(&value));
/// ```
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut to = Writer::default();
    to.secrets.are_hidden = true;
    value.write(&mut to);
    to.finish()
}

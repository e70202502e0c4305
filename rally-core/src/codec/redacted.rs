//! Redacted encoding: values without their secrets, for developers to look at.

use super::{EncodeError, Writer};
use crate::wire::Wire;

/// The setting of a writer that leaves secrets out.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    are_hidden: bool,
}

impl Secrets {
    pub(super) const fn are_hidden(&self) -> bool {
        self.are_hidden
    }
}

/// Encodes a value with `"[redacted]"` in place of its secrets.
///
/// Secrets are fields with `#[wire(secret)]`, fields with a name such as
/// `password`, and opaque fields that serde encodes, because their content is
/// unknown. The bytes are for people and their tools, and are not meant to be
/// decoded.
///
/// ```
/// use rally_core::codec::{encode, redacted};
///
/// // A value without secrets is encoded as usual.
/// let value = vec![1, 2, 3];
/// assert_eq!(redacted::encode(&value), encode(&value));
/// ```
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut to = Writer::default();
    to.secrets.are_hidden = true;
    value.write(&mut to);
    to.finish()
}

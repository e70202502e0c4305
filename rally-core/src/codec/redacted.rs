//! Redacted encoding: values without secrets, for developers to read.

use super::{EncodeError, Writer};
use crate::wire::Wire;

/// The setting of a [`Writer`] that decides if secrets are replaced.
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
/// Secrets are fields with `#[wire(secret)]`, and fields with a name such as
/// `password`. Opaque fields, which serde encodes, are also secrets, because
/// their content is unknown. The bytes are only for display: they may not decode
/// as `T`.
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

//! The codec: encodes values as MessagePack.
//!
//! The fields of structs are encoded by position, the variants of enums by name.
//!
//! The bytes are those of `rmp_serde::to_vec`, except that lists of `u8` are
//! encoded as `bin`, and that hash maps and hash sets are sorted. `derive(Wire)`
//! encodes and decodes without serde. That is faster and smaller in the browser,
//! and the reader can check its limits before it allocates.

mod decode_error;
mod foreign;
mod reader;
#[cfg_attr(target_arch = "wasm32", path = "codec/redacted/browser.rs")]
pub mod redacted;
mod structure;
mod writer;

use std::fmt;

pub(crate) use decode_error::DecodeResult;
pub use decode_error::{DecodeError, DecodeErrorKind};
pub use reader::Reader;
pub use structure::Names;
pub use writer::Writer;

use crate::wire::Wire;

/// Maximum nesting depth of encoded and decoded values, so that no input can exhaust the stack.
pub const MAX_DEPTH: usize = 64;

/// Limits for decoding bytes from outside.
///
/// One encoded byte can be decoded to a value of a kilobyte, such as the `None`
/// of a large `Option`. So a limit on the number of encoded bytes is not enough.
/// Decoding `n` bytes allocates at most `memory_floor + n * memory_factor` bytes.
///
/// This maximum holds for types that `derive(Wire)` decodes. For types of
/// other crates and for opaque fields, which serde decodes, it is an estimate:
/// the sizes of their parts are unknown, and each part counts as 64 bytes.
///
/// ```
/// use rally_core::codec::{DecodeErrorKind, DecodeLimits, decode_within, encode};
///
/// let bytes = encode(&vec![1, 2, 3]).unwrap();
/// let limits = DecodeLimits { values: 3, ..DecodeLimits::default() };
/// let error = decode_within::<Vec<i32>>(&bytes, &limits).unwrap_err();
/// assert_eq!(error.kind(), DecodeErrorKind::Values); // the list is a value itself
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Maximum number of values. A number, a text or a list is a value, and so
    /// is each element of a list. The default is 262,144.
    pub values: usize,
    /// Allowed bytes of memory for each byte of input. The default is 32.
    pub memory_factor: usize,
    /// Additional bytes of memory that any input may use, so that a short
    /// message with large types can be decoded. The default is 256 KiB.
    pub memory_floor: usize,
}

impl DecodeLimits {
    /// No limits except the nesting depth. Use it for bytes that this app has encoded itself.
    ///
    /// A list with a length for which there are not enough bytes is still
    /// refused before memory is allocated.
    pub const NONE: Self =
        Self { values: usize::MAX, memory_factor: usize::MAX, memory_floor: usize::MAX };
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { values: 1 << 18, memory_factor: 32, memory_floor: 1 << 18 }
    }
}

/// The error of a value that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncodeError {
    /// The value nests deeper than [`MAX_DEPTH`], so a reader would refuse it.
    Depth,
    /// A list or text has more than 2^32 - 1 elements or bytes.
    Length,
    /// serde failed to encode a value, or it encoded the value of a `Some` as
    /// nil, which would be decoded as `None`.
    Foreign(String),
}

/// Encodes a value.
///
/// ```
/// assert_eq!(rally_core::codec::encode(&("a", true).1).unwrap(), [0xc3]);
/// ```
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut to = Writer::default();
    value.write(&mut to);
    to.finish()
}

/// Decodes a value that this app has encoded itself. `bytes` must be exactly one value.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_within(bytes, &DecodeLimits::NONE)
}

/// Decodes a value from outside, within limits. `bytes` must be exactly one value.
pub fn decode_within<T: Wire>(bytes: &[u8], limits: &DecodeLimits) -> Result<T, DecodeError> {
    let mut from = Reader::new(bytes, limits);
    from.charge::<T>(1)?;
    let value = T::read(&mut from)?;
    from.end()?;
    Ok(value)
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Depth => write!(f, "the value nests deeper than {MAX_DEPTH} levels"),
            Self::Length => f.write_str(
                "a list or text in the value is longer than 4294967295 elements or bytes",
            ),
            Self::Foreign(error) => write!(f, "cannot encode a value with serde: {error}"),
        }
    }
}

impl std::error::Error for EncodeError {}

//! MessagePack: structs by position, enum variants by name.
//!
//! The bytes are those of `rmp_serde::to_vec`, except that bytes travel as
//! `bin`. `derive(Wire)` writes and reads them without serde in between: it is
//! faster, it is smaller in the browser, and it can hold what it reads to
//! limits before anything is allocated.

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

/// How deep values may nest. Deeper values are neither written nor read, so
/// that no input can exhaust the stack.
pub const MAX_DEPTH: usize = 64;

/// What bytes from outside may ask of the memory that reads them.
///
/// A value of one byte can become a struct of a kilobyte, so the size of a
/// frame alone does not bound what it costs. Reading `n` bytes allocates at
/// most `memory_floor + n * memory_factor` bytes.
///
/// That is so for types whose bytes the derive reads. How large the parts of a
/// type are that serde reads, an opaque one or one of another crate, is not
/// known: each value in it is taken to be 64 bytes.
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
    /// The number of values: numbers, texts, lists, each with what is in it.
    /// 262,144 unless said otherwise.
    pub values: usize,
    /// Bytes of memory for each byte read. 32 unless said otherwise.
    pub memory_factor: usize,
    /// Bytes of memory that are allowed whatever was read, so that a short
    /// message with large types can be read. 256 KiB unless said otherwise.
    pub memory_floor: usize,
}

impl DecodeLimits {
    /// For what this app has written itself: only depth and lengths are held
    /// to what is there.
    pub const NONE: Self =
        Self { values: usize::MAX, memory_factor: usize::MAX, memory_floor: usize::MAX };
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { values: 1 << 18, memory_factor: 32, memory_floor: 1 << 18 }
    }
}

/// A value that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncodeError {
    /// It nests deeper than [`MAX_DEPTH`], and could not be read back.
    Depth,
    /// A list or text of more than 2^32 - 1 elements or bytes.
    Length,
    /// A foreign type's own `Serialize` failed.
    Foreign(String),
}

/// Writes a value.
///
/// # Errors
///
/// When the value nests deeper than [`MAX_DEPTH`], or a foreign type's own
/// `Serialize` fails.
///
/// ```
/// assert_eq!(rally_core::codec::encode(&("a", true).1).unwrap(), [0xc3]);
/// ```
pub fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut to = Writer::default();
    value.write(&mut to);
    to.finish()
}

/// Reads a value of this app's own making, which takes up all of `bytes`.
///
/// # Errors
///
/// When the bytes are malformed, of another shape, nested deeper than
/// [`MAX_DEPTH`], or more than the value.
pub fn decode<T: Wire>(bytes: &[u8]) -> Result<T, DecodeError> {
    decode_within(bytes, &DecodeLimits::NONE)
}

/// Reads a value from outside, which takes up all of `bytes`.
///
/// # Errors
///
/// As [`decode`], and when a limit is passed.
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
            Self::Length => f.write_str("the value has a part of more than 4 GiB"),
            Self::Foreign(error) => write!(f, "a foreign type could not be written: {error}"),
        }
    }
}

impl std::error::Error for EncodeError {}

//! MessagePack: structs by position, enum variants by name.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// How deep values may nest. Deeper input is refused, not recursed into.
pub const MAX_DEPTH: usize = 64;

/// A value that could not be written; only a hand-made `Serialize` does that.
#[derive(Debug)]
pub struct EncodeError(rmp_serde::encode::Error);

/// Bytes that are not the value that was expected.
#[derive(Debug)]
pub struct DecodeError(Cause);

#[derive(Debug)]
enum Cause {
    Value(rmp_serde::decode::Error),
    Foreign,
    TrailingBytes,
}

/// Writes a value.
///
/// # Errors
///
/// When the value's own `Serialize` fails.
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    encode_into(&mut bytes, value)?;
    Ok(bytes)
}

/// Appends a value.
///
/// # Errors
///
/// When the value's own `Serialize` fails.
pub fn encode_into<T: Serialize + ?Sized>(
    bytes: &mut Vec<u8>,
    value: &T,
) -> Result<(), EncodeError> {
    rmp_serde::encode::write(bytes, value).map_err(EncodeError)
}

/// Reads a value that takes up all of `bytes`.
///
/// # Errors
///
/// When the bytes are malformed, of another shape, nested deeper than
/// [`MAX_DEPTH`], or more than the value.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut reader = rmp_serde::Deserializer::new(bytes);
    reader.set_max_depth(MAX_DEPTH);
    let value = T::deserialize(&mut reader).map_err(|error| DecodeError(Cause::Value(error)))?;
    match reader.get_ref() {
        [] => Ok(value),
        _ => Err(DecodeError(Cause::TrailingBytes)),
    }
}

impl DecodeError {
    /// A value in this process that is of another type.
    pub(crate) const fn foreign() -> Self {
        Self(Cause::Foreign)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value cannot be written as MessagePack: {}", self.0)
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Value(error) => write!(f, "not the expected value: {error}"),
            Cause::Foreign => f.write_str("the value is of another type"),
            Cause::TrailingBytes => f.write_str("there are bytes after the value"),
        }
    }
}

impl std::error::Error for EncodeError {}
impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read_back(value: (i64, String, Option<Vec<(bool, f64)>>)) {
            let bytes = encode(&value).unwrap();
            let read: (i64, String, Option<Vec<(bool, f64)>>) = decode(&bytes).unwrap();
            prop_assert_eq!(read, value);
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
            let _ = decode::<Vec<Option<String>>>(&bytes);
            let _ = decode::<std::collections::BTreeMap<String, (i8, char)>>(&bytes);
        }
    }

    #[test]
    fn bytes_after_the_value_are_refused() {
        let mut bytes = encode(&7).unwrap();
        bytes.push(0);
        assert_eq!(
            decode::<i64>(&bytes).unwrap_err().to_string(),
            "there are bytes after the value"
        );
    }

    #[test]
    fn nesting_beyond_the_limit_is_an_error_and_not_an_overflow() {
        #[derive(Debug, serde::Deserialize)]
        struct Nested(#[allow(dead_code, reason = "only read by derive")] Vec<Nested>);
        let bytes = vec![0x91; 100_000];
        assert!(decode::<Nested>(&bytes).unwrap_err().to_string().contains("depth"));
    }
}

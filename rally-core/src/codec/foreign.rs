//! Types that are encoded by serde: types of other crates, and opaque fields.

use super::{DecodeError, DecodeErrorKind, DecodeLimits, EncodeError, Reader, Writer};

/// serde's serializer of MessagePack.
pub type ForeignSerializer = rmp_serde::Serializer<Vec<u8>>;

/// serde's deserializer of MessagePack.
pub type ForeignDeserializer<'a> =
    rmp_serde::Deserializer<rmp_serde::decode::ReadRefReader<'a, [u8]>>;

impl Writer {
    /// Encodes a value with serde. `write` calls the `Serialize` of the value.
    pub fn foreign(
        &mut self,
        write: impl FnOnce(&mut ForeignSerializer) -> Result<(), rmp_serde::encode::Error>,
    ) {
        let mut serializer = rmp_serde::Serializer::new(Vec::new());
        if let Err(error) = write(&mut serializer) {
            return self.fail(EncodeError::Foreign(error.to_string()));
        }
        // Check that the bytes are exactly one value, and that a reader allows its depth.
        let value = serializer.into_inner();
        let mut written = self.reader(&value);
        match written.any().and_then(|_| written.end()) {
            Ok(()) => self.raw(&value),
            Err(error) if error.kind() == DecodeErrorKind::Depth => self.fail(EncodeError::Depth),
            Err(error) => self.fail(EncodeError::Foreign(error.to_string())),
        }
    }

    fn reader<'a>(&self, value: &'a [u8]) -> Reader<'a> {
        Reader::new(value, &DecodeLimits::NONE).at_depth(self.depth())
    }
}

impl Reader<'_> {
    /// Decodes a value with serde. `read` calls the `Deserialize` of the value.
    ///
    /// The sizes of the value's parts are unknown: each part counts as 64 bytes.
    pub fn foreign<T>(
        &mut self,
        read: impl FnOnce(&mut ForeignDeserializer<'_>) -> Result<T, rmp_serde::decode::Error>,
    ) -> Result<T, DecodeError> {
        let value = self.any()?;
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(value);
        // One level more than allowed, so that this limit is never reached:
        // `any` has already checked the depth.
        deserializer.set_max_depth(super::MAX_DEPTH + 1);
        read(&mut deserializer).map_err(|error| self.invalid(&error))
    }
}

//! Types that travel by serde: foreign ones, and fields with code of their own.

use super::{DecodeError, DecodeErrorKind, DecodeLimits, EncodeError, Reader, Writer};

/// serde's way to write MessagePack.
pub type ForeignSerializer = rmp_serde::Serializer<Vec<u8>>;

/// serde's way to read MessagePack.
pub type ForeignDeserializer<'a> =
    rmp_serde::Deserializer<rmp_serde::decode::ReadRefReader<'a, [u8]>>;

impl Writer {
    /// A value as its own `Serialize` writes it.
    pub fn foreign(
        &mut self,
        write: impl FnOnce(&mut ForeignSerializer) -> Result<(), rmp_serde::encode::Error>,
    ) {
        let mut serializer = rmp_serde::Serializer::new(Vec::new());
        if let Err(error) = write(&mut serializer) {
            return self.fail(EncodeError::Foreign(error.to_string()));
        }
        // Whatever it did, the reader has to find one value, and not too deep.
        let value = serializer.into_inner();
        let mut written = self.reader(&value);
        match written.any().and_then(|_| written.end()) {
            Ok(()) => self.raw(&value),
            Err(error) if error.kind() == DecodeErrorKind::Depth => self.fail(EncodeError::Depth),
            Err(error) => self.fail(EncodeError::Foreign(error.to_string())),
        }
    }

    fn reader<'a>(&self, value: &'a [u8]) -> Reader<'a> {
        Reader::new(value, &DecodeLimits::NONE).deep(self.depth())
    }
}

impl Reader<'_> {
    /// A value as its own `Deserialize` reads it. How large its parts are in
    /// memory is not known: each is taken to be 64 bytes.
    ///
    /// # Errors
    ///
    /// When there is no such value, or the limits do not allow it.
    pub fn foreign<T>(
        &mut self,
        read: impl FnOnce(&mut ForeignDeserializer<'_>) -> Result<T, rmp_serde::decode::Error>,
    ) -> Result<T, DecodeError> {
        let value = self.any()?;
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(value);
        // One more than may be: `any` has counted.
        deserializer.set_max_depth(super::MAX_DEPTH + 1);
        read(&mut deserializer).map_err(|error| self.invalid(&error))
    }
}

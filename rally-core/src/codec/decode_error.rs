//! Errors of decoding.

use std::fmt;

/// The kind of a decode error. A refusal of a malformed frame contains its [code](Self::code).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// The bytes end before the end of the value.
    Truncated,
    /// There are bytes after the value.
    Trailing,
    /// The value has another type than expected, or a list has another length.
    WrongType,
    /// A number is out of range for its type.
    OutOfRange,
    /// A text is not UTF-8.
    InvalidUtf8,
    /// The enum has no variant of this name, or the variant has another payload.
    UnknownVariant,
    /// A key of a map, or a member of a set, is duplicated.
    DuplicateKey,
    /// The value has the expected form, but the type does not allow this value.
    Invalid,
    /// The value nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Depth,
    /// The value has more parts than [`DecodeLimits::values`](super::DecodeLimits::values).
    Values,
    /// The value needs more memory than [`DecodeLimits`](super::DecodeLimits) allow.
    Memory,
    /// The frame has an unknown kind.
    UnknownKind,
    /// The request id is 0, or does not fit into 32 bits.
    RequestId,
    /// The WebSocket message is text, but frames are binary.
    Text,
}

impl DecodeErrorKind {
    /// All kinds.
    #[doc(hidden)]
    pub const ALL: [Self; 14] = [
        Self::Truncated,
        Self::Trailing,
        Self::WrongType,
        Self::OutOfRange,
        Self::InvalidUtf8,
        Self::UnknownVariant,
        Self::DuplicateKey,
        Self::Invalid,
        Self::Depth,
        Self::Values,
        Self::Memory,
        Self::UnknownKind,
        Self::RequestId,
        Self::Text,
    ];

    /// Returns the code of the kind on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Trailing => "trailing",
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::UnknownVariant => "unknown_variant",
            Self::DuplicateKey => "duplicate_key",
            Self::Invalid => "invalid",
            Self::Depth => "depth",
            Self::Values => "values",
            Self::Memory => "memory",
            Self::UnknownKind => "unknown_kind",
            Self::RequestId => "request_id",
            Self::Text => "text",
        }
    }

    /// Returns the kind with this code. An unknown code, as from a later version
    /// of Rally, becomes [`DecodeErrorKind::Invalid`].
    pub(crate) fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Invalid)
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "unexpected end of the bytes",
            Self::Trailing => "unexpected bytes after the value",
            Self::WrongType => "the value has another type than expected",
            Self::OutOfRange => "a number does not fit its type",
            Self::InvalidUtf8 => "a text is not UTF-8",
            Self::UnknownVariant => "the enum has no such variant",
            Self::DuplicateKey => "a key is duplicated",
            Self::Invalid => "the value is invalid for its type",
            Self::Depth => "the value nests too deeply",
            Self::Values => "the value has too many parts",
            Self::Memory => "the value needs too much memory",
            Self::UnknownKind => "the frame has an unknown kind",
            Self::RequestId => "the request id is not between 1 and 4294967295",
            Self::Text => "the message is text, but frames are binary",
        })
    }
}

/// The error of bytes that are not a value of the expected type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    at: usize,
    detail: Option<Box<str>>,
}

pub(crate) type DecodeResult<T> = Result<T, DecodeError>;

impl DecodeError {
    pub(crate) const fn new(kind: DecodeErrorKind, at: usize) -> Self {
        Self { kind, at, detail: None }
    }

    pub(crate) fn invalid(at: usize, detail: &dyn fmt::Display) -> Self {
        Self { kind: DecodeErrorKind::Invalid, at, detail: Some(detail.to_string().into()) }
    }

    /// Makes the error of a failed downcast: a value in memory has another type than expected.
    pub(crate) const fn other_type() -> Self {
        Self::new(DecodeErrorKind::WrongType, 0)
    }

    /// Returns the kind of the error.
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot decode the value: {}", self.kind)?;
        if let Some(detail) = &self.detail {
            write!(f, " ({detail})")?;
        }
        write!(f, ", at byte {}", self.at)
    }
}

impl std::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_unique_code() {
        for kind in DecodeErrorKind::ALL {
            assert_eq!(DecodeErrorKind::from_code(kind.code()), kind);
        }
        assert_eq!(DecodeErrorKind::from_code("from tomorrow"), DecodeErrorKind::Invalid);
    }
}

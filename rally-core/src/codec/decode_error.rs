//! What can be wrong with bytes.

use std::fmt;

/// What is wrong with a frame or a body. It has a code on the wire, so that
/// whoever writes a client is told what to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// The bytes end before the value does.
    Truncated,
    /// There are bytes after the value.
    Trailing,
    /// Another kind of value was expected: a number, a text, a list of so many.
    WrongType,
    /// A number does not fit its type.
    OutOfRange,
    /// A text is not UTF-8.
    InvalidUtf8,
    /// The enum has no such variant.
    UnknownVariant,
    /// A key of a map, or a member of a set, is there twice.
    DuplicateKey,
    /// The value is of the right form, and its type refuses it.
    Invalid,
    /// It nests deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    Depth,
    /// It has more values than [`DecodeLimits::values`](super::DecodeLimits::values).
    Values,
    /// It would take more memory than [`DecodeLimits`](super::DecodeLimits) allow.
    Memory,
    /// The frame is of a kind that does not exist.
    UnknownKind,
    /// The request's id is 0, or no number of 32 bits.
    RequestId,
    /// The message is a text; frames are binary.
    Text,
}

const ALL: [DecodeErrorKind; 14] = [
    DecodeErrorKind::Truncated,
    DecodeErrorKind::Trailing,
    DecodeErrorKind::WrongType,
    DecodeErrorKind::OutOfRange,
    DecodeErrorKind::InvalidUtf8,
    DecodeErrorKind::UnknownVariant,
    DecodeErrorKind::DuplicateKey,
    DecodeErrorKind::Invalid,
    DecodeErrorKind::Depth,
    DecodeErrorKind::Values,
    DecodeErrorKind::Memory,
    DecodeErrorKind::UnknownKind,
    DecodeErrorKind::RequestId,
    DecodeErrorKind::Text,
];

impl DecodeErrorKind {
    /// The word for it on the wire.
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

    /// The kind of a code. One that a later server knows is just [`DecodeErrorKind::Invalid`].
    pub(crate) fn from_code(code: &str) -> Self {
        ALL.into_iter().find(|kind| kind.code() == code).unwrap_or(Self::Invalid)
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "it ends too early",
            Self::Trailing => "there are bytes after the value",
            Self::WrongType => "a value of another type was expected",
            Self::OutOfRange => "a number does not fit its type",
            Self::InvalidUtf8 => "a text is not UTF-8",
            Self::UnknownVariant => "there is no such variant",
            Self::DuplicateKey => "a key is there twice",
            Self::Invalid => "the type refuses the value",
            Self::Depth => "it nests too deeply",
            Self::Values => "it has too many values",
            Self::Memory => "it would take too much memory",
            Self::UnknownKind => "there is no such kind of frame",
            Self::RequestId => "a request's id is between 1 and 4294967295",
            Self::Text => "frames are binary messages",
        })
    }
}

/// Bytes that are not the value that was expected.
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

    /// With what a type says about the value that it refuses.
    pub(crate) fn invalid(at: usize, detail: &dyn fmt::Display) -> Self {
        Self { kind: DecodeErrorKind::Invalid, at, detail: Some(detail.to_string().into()) }
    }

    /// A value in this process that is of another type.
    pub(crate) const fn other_type() -> Self {
        Self::new(DecodeErrorKind::WrongType, 0)
    }

    /// What is wrong.
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not the expected value: {}", self.kind)?;
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
    fn every_flaw_has_a_code_of_its_own() {
        for kind in ALL {
            assert_eq!(DecodeErrorKind::from_code(kind.code()), kind);
        }
        assert_eq!(DecodeErrorKind::from_code("from tomorrow"), DecodeErrorKind::Invalid);
    }
}

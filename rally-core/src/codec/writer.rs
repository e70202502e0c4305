//! The encoder of MessagePack.

use super::redacted::Secrets;
use super::{EncodeError, MAX_DEPTH};
use crate::file::File;

/// An encoder of MessagePack.
///
/// It stores the first error until [`Writer::finish`], so that the code that
/// writes a value need not handle errors.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    depth: usize,
    error: Option<EncodeError>,
    /// The files in the value. The encoded value refers to them by their indexes.
    files: Vec<File>,
    pub(super) secrets: Secrets,
}

impl Default for Writer {
    fn default() -> Self {
        // Small values fit into 128 bytes. An empty vector would have to grow
        // several times.
        let bytes = Vec::with_capacity(128);
        Self { bytes, depth: 0, error: None, files: Vec::new(), secrets: Secrets::default() }
    }
}

impl Writer {
    /// Returns the encoded bytes, or the first error.
    #[inline]
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            None => Ok(self.bytes),
            Some(error) => Err(error),
        }
    }

    /// Writes nil.
    #[inline]
    pub fn nil(&mut self) {
        self.bytes.push(0xc0);
    }

    /// Writes a boolean.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(0xc2 + u8::from(value));
    }

    /// Writes a non-negative integer, in as few bytes as possible.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        match value {
            0..=0x7f => self.bytes.push(value as u8),
            0x80..=0xff => self.bytes.extend([0xcc, value as u8]),
            0x100..=0xffff => self.tagged(0xcd, (value as u16).to_be_bytes()),
            0x1_0000..=0xffff_ffff => self.tagged(0xce, (value as u32).to_be_bytes()),
            _ => self.tagged(0xcf, value.to_be_bytes()),
        }
    }

    /// Writes an integer that may be negative, in as few bytes as possible.
    #[inline]
    pub fn int(&mut self, value: i64) {
        match value {
            0.. => self.uint(value as u64),
            -0x20..=-1 => self.bytes.push(value as u8),
            -0x80..=-0x21 => self.bytes.extend([0xd0, value as u8]),
            -0x8000..=-0x81 => self.tagged(0xd1, (value as i16).to_be_bytes()),
            -0x8000_0000..=-0x8001 => self.tagged(0xd2, (value as i32).to_be_bytes()),
            _ => self.tagged(0xd3, value.to_be_bytes()),
        }
    }

    /// Writes a 32-bit float.
    #[inline]
    pub fn f32(&mut self, value: f32) {
        self.tagged(0xca, value.to_be_bytes());
    }

    /// Writes a 64-bit float.
    #[inline]
    pub fn f64(&mut self, value: f64) {
        self.tagged(0xcb, value.to_be_bytes());
    }

    /// Writes a text.
    #[inline]
    pub fn text(&mut self, text: &str) {
        match text.len() {
            len @ 0..=31 => self.bytes.push(0xa0 | len as u8),
            len @ 32..=0xff => self.bytes.extend([0xd9, len as u8]),
            len => self.long(len, 0xda),
        }
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes a byte string.
    pub fn bytes(&mut self, bytes: &[u8]) {
        match bytes.len() {
            len @ 0..=0xff => self.bytes.extend([0xc4, len as u8]),
            len => self.long(len, 0xc5),
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Writes a list. `items` must write exactly `len` values.
    #[inline]
    pub fn list(&mut self, len: usize, items: impl FnOnce(&mut Self)) {
        self.list_len(len);
        self.nested(items);
    }

    /// Writes the length of a list without counting a nesting level, as for the
    /// list around a frame.
    pub(crate) fn list_len(&mut self, len: usize) {
        match len {
            0..=15 => self.bytes.push(0x90 | len as u8),
            _ => self.long(len, 0xdc),
        }
    }

    /// Writes a map of `len` pairs. `pairs` must write each key and then its value.
    #[inline]
    pub fn map(&mut self, len: usize, pairs: impl FnOnce(&mut Self)) {
        match len {
            0..=15 => self.bytes.push(0x80 | len as u8),
            _ => self.long(len, 0xde),
        }
        self.nested(pairs);
    }

    /// Writes a secret value, or `"[redacted]"` if this writer replaces secrets.
    #[inline]
    pub fn secret(&mut self, value: impl FnOnce(&mut Self)) {
        match self.secrets.are_hidden() {
            true => self.text("[redacted]"),
            false => value(self),
        }
    }

    pub(crate) fn attach(&mut self, file: &File) -> u32 {
        self.files.push(file.clone());
        self.files.len() as u32 - 1
    }

    pub(crate) fn take_files(&mut self) -> Vec<File> {
        std::mem::take(&mut self.files)
    }

    /// Appends bytes that are already encoded: one value or more.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Fails if the value at `position` is nil. The value is in a `Some`, which
    /// would be decoded as `None`. The compiler cannot check this for types that
    /// serde encodes.
    pub(crate) fn not_nil(&mut self, position: usize) {
        if self.bytes.get(position) == Some(&0xc0) {
            let message = "`Some` of this value would be decoded as `None`: use an enum instead of \
                           `Option`";
            self.fail(EncodeError::Foreign(message.to_owned()));
        }
    }

    pub(crate) const fn position(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn take(&mut self, position: usize) -> Vec<u8> {
        self.bytes.split_off(position)
    }

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn fail(&mut self, error: EncodeError) {
        self.error.get_or_insert(error);
    }

    #[inline]
    fn nested(&mut self, inner: impl FnOnce(&mut Self)) {
        if self.depth == MAX_DEPTH {
            return self.fail(EncodeError::Depth);
        }
        self.depth += 1;
        inner(self);
        self.depth -= 1;
    }

    /// Writes `tag` and a length of 16 bits, or `tag + 1` and a length of 32 bits.
    fn long(&mut self, len: usize, tag: u8) {
        match (u16::try_from(len), u32::try_from(len)) {
            (Ok(len), _) => self.tagged(tag, len.to_be_bytes()),
            (_, Ok(len)) => self.tagged(tag + 1, len.to_be_bytes()),
            _ => self.fail(EncodeError::Length),
        }
    }

    #[inline]
    fn tagged<const N: usize>(&mut self, tag: u8, value: [u8; N]) {
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&value);
    }
}

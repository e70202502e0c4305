//! Writing MessagePack.

use super::redacted::Secrets;
use super::{EncodeError, MAX_DEPTH};
use crate::file::File;

/// Bytes in the making. What goes wrong is kept until [`Writer::finish`], so
/// that writing a value reads as what it is.
#[derive(Debug)]
pub struct Writer {
    bytes: Vec<u8>,
    depth: usize,
    error: Option<EncodeError>,
    /// What goes beside the bytes.
    files: Vec<File>,
    pub(super) secrets: Secrets,
}

impl Default for Writer {
    fn default() -> Self {
        // Most values fit: growing from nothing would copy them several times.
        let bytes = Vec::with_capacity(128);
        Self { bytes, depth: 0, error: None, files: Vec::new(), secrets: Secrets::default() }
    }
}

impl Writer {
    /// The bytes.
    ///
    /// # Errors
    ///
    /// When something could not be written.
    #[inline]
    pub fn finish(self) -> Result<Vec<u8>, EncodeError> {
        match self.error {
            None => Ok(self.bytes),
            Some(error) => Err(error),
        }
    }

    /// Nothing.
    #[inline]
    pub fn nil(&mut self) {
        self.bytes.push(0xc0);
    }

    /// `true` or `false`.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(0xc2 + u8::from(value));
    }

    /// A number, in as few bytes as it takes.
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

    /// A number that may be negative, in as few bytes as it takes.
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

    /// A number of 32 bits with a point.
    #[inline]
    pub fn f32(&mut self, value: f32) {
        self.tagged(0xca, value.to_be_bytes());
    }

    /// A number of 64 bits with a point.
    #[inline]
    pub fn f64(&mut self, value: f64) {
        self.tagged(0xcb, value.to_be_bytes());
    }

    /// A text.
    #[inline]
    pub fn text(&mut self, text: &str) {
        match text.len() {
            len @ 0..=31 => self.bytes.push(0xa0 | len as u8),
            len @ 32..=0xff => self.bytes.extend([0xd9, len as u8]),
            len => self.long(len, 0xda),
        }
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        match bytes.len() {
            len @ 0..=0xff => self.bytes.extend([0xc4, len as u8]),
            len => self.long(len, 0xc5),
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// A list of so many values.
    #[inline]
    pub fn list(&mut self, len: usize, items: impl FnOnce(&mut Self)) {
        self.list_len(len);
        self.nested(items);
    }

    /// How long a list is. It is not counted as a level: a frame is not one.
    pub(crate) fn list_len(&mut self, len: usize) {
        match len {
            0..=15 => self.bytes.push(0x90 | len as u8),
            _ => self.long(len, 0xdc),
        }
    }

    /// A map of so many pairs; keys and values take turns.
    #[inline]
    pub fn map(&mut self, len: usize, pairs: impl FnOnce(&mut Self)) {
        match len {
            0..=15 => self.bytes.push(0x80 | len as u8),
            _ => self.long(len, 0xde),
        }
        self.nested(pairs);
    }

    /// A value that is not for everybody's eyes: where the bytes are written to
    /// be looked at, it is not written.
    #[inline]
    pub fn secret(&mut self, value: impl FnOnce(&mut Self)) {
        match self.secrets.are_hidden() {
            true => self.text("[redacted]"),
            false => value(self),
        }
    }

    /// Takes a file along, and gives it a number.
    pub(crate) fn attach(&mut self, file: &File) -> u32 {
        self.files.push(file.clone());
        self.files.len() as u32 - 1
    }

    /// The files that what was written takes along, by number.
    pub(crate) fn take_files(&mut self) -> Vec<File> {
        std::mem::take(&mut self.files)
    }

    /// What was written already, as it is: one or more values.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What was written from a place on must not be read back as `None`. Types
    /// of whose bytes nothing is known, opaque ones, may do that.
    pub(crate) fn not_nil(&mut self, position: usize) {
        if self.bytes.get(position) == Some(&0xc0) {
            let message = "within an `Option` it would be read back as `None`: write an enum";
            self.fail(EncodeError::Foreign(message.to_owned()));
        }
    }

    /// Where the next value begins.
    pub(crate) const fn position(&self) -> usize {
        self.bytes.len()
    }

    /// Takes back what was written from a place on.
    pub(crate) fn take(&mut self, position: usize) -> Vec<u8> {
        self.bytes.split_off(position)
    }

    /// How many levels have begun.
    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// What went wrong first is what is told.
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

    /// A length of 16 bits, or with the next tag of 32.
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

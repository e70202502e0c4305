//! The decoder of MessagePack, with limits.

use super::{DecodeError, DecodeErrorKind, DecodeLimits, DecodeResult, MAX_DEPTH};

/// A decoder of MessagePack, which checks the limits while it decodes.
///
/// Before it allocates memory for a length, it checks that enough bytes follow
/// and that the limits allow the length.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    len: usize,
    depth: usize,
    values: usize,
    memory: usize,
}

impl<'a> Reader<'a> {
    /// Makes a reader for these bytes.
    pub const fn new(bytes: &'a [u8], limits: &DecodeLimits) -> Self {
        let memory = bytes.len().saturating_mul(limits.memory_factor);
        Self {
            rest: bytes,
            len: bytes.len(),
            depth: MAX_DEPTH,
            values: limits.values,
            memory: memory.saturating_add(limits.memory_floor),
        }
    }

    /// Checks that all bytes are read.
    #[inline]
    pub fn end(&self) -> DecodeResult<()> {
        match self.rest {
            [] => Ok(()),
            _ => Err(self.error(DecodeErrorKind::Trailing)),
        }
    }

    pub(crate) const fn take_rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }

    /// Makes an error at the current position.
    pub fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(kind, self.len - self.rest.len())
    }

    /// Makes the error of a value that its type does not allow. `detail` says why.
    pub fn invalid(&self, detail: &dyn std::fmt::Display) -> DecodeError {
        DecodeError::invalid(self.len - self.rest.len(), detail)
    }

    /// Subtracts `count` values of type `T`, and their memory, from the limits.
    #[inline]
    pub fn charge<T>(&mut self, count: usize) -> DecodeResult<()> {
        self.spend(count, count.saturating_mul(size_of::<T>()))
    }

    /// Subtracts the memory of one value of type `T` from the limits, but not a value.
    ///
    /// It is for the content of a `Box`: the box itself counts as the value.
    #[inline]
    pub fn reserve<T>(&mut self) -> DecodeResult<()> {
        self.spend(0, size_of::<T>())
    }

    #[inline]
    fn spend(&mut self, values: usize, memory: usize) -> DecodeResult<()> {
        match (self.values.checked_sub(values), self.memory.checked_sub(memory)) {
            (Some(values), Some(memory)) => {
                (self.values, self.memory) = (values, memory);
                Ok(())
            }
            (None, _) => Err(self.error(DecodeErrorKind::Values)),
            (_, None) => Err(self.error(DecodeErrorKind::Memory)),
        }
    }

    /// Returns `true` if the next value is nil, and reads that nil.
    #[inline]
    pub fn is_nil(&mut self) -> bool {
        match self.rest {
            [0xc0, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Returns `true` if the next value is a text.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.rest, [0xa0..=0xbf | 0xd9..=0xdb, ..])
    }

    /// Reads nil.
    #[inline]
    pub fn nil(&mut self) -> DecodeResult<()> {
        match self.byte()? {
            0xc0 => Ok(()),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    /// Reads a boolean.
    #[inline]
    pub fn bool(&mut self) -> DecodeResult<bool> {
        match self.byte()? {
            0xc2 => Ok(false),
            0xc3 => Ok(true),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    /// Reads a non-negative integer, in any integer encoding of MessagePack.
    #[inline]
    pub fn uint<T: TryFrom<u64>>(&mut self) -> DecodeResult<T> {
        let value = self.unsigned()?;
        value.try_into().map_err(|_| self.error(DecodeErrorKind::OutOfRange))
    }

    // The browser has the code once, and not for each type: it is optimized for size, so the
    // attribute has no effect there.
    #[inline]
    fn unsigned(&mut self) -> DecodeResult<u64> {
        Ok(match self.byte()? {
            byte @ 0..=0x7f => u64::from(byte),
            0xcc => u64::from(self.byte()?),
            0xcd => u64::from(u16::from_be_bytes(self.array()?)),
            0xce => u64::from(u32::from_be_bytes(self.array()?)),
            0xcf => u64::from_be_bytes(self.array()?),
            tag => {
                self.signed(tag)?.try_into().map_err(|_| self.error(DecodeErrorKind::OutOfRange))?
            }
        })
    }

    /// Reads an integer, in any integer encoding of MessagePack.
    #[inline]
    pub fn int<T: TryFrom<i64>>(&mut self) -> DecodeResult<T> {
        let value = match self.rest {
            [tag @ 0xd0..=0xd3 | tag @ 0xe0..=0xff, rest @ ..] => {
                self.rest = rest;
                self.signed(*tag)?
            }
            _ => self.uint()?,
        };
        value.try_into().map_err(|_| self.error(DecodeErrorKind::OutOfRange))
    }

    fn signed(&mut self, tag: u8) -> DecodeResult<i64> {
        Ok(match tag {
            0xe0..=0xff => i64::from(tag as i8),
            0xd0 => i64::from(self.byte()? as i8),
            0xd1 => i64::from(i16::from_be_bytes(self.array()?)),
            0xd2 => i64::from(i32::from_be_bytes(self.array()?)),
            0xd3 => i64::from_be_bytes(self.array()?),
            _ => return Err(self.error(DecodeErrorKind::WrongType)),
        })
    }

    /// Reads a 32-bit float.
    #[inline]
    pub fn f32(&mut self) -> DecodeResult<f32> {
        match self.byte()? {
            0xca => Ok(f32::from_be_bytes(self.array()?)),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    /// Reads a 64-bit float.
    #[inline]
    pub fn f64(&mut self) -> DecodeResult<f64> {
        match self.byte()? {
            0xcb => Ok(f64::from_be_bytes(self.array()?)),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    /// Reads a text without a copy.
    #[inline]
    pub fn text(&mut self) -> DecodeResult<&'a str> {
        let len = match self.byte()? {
            byte @ 0xa0..=0xbf => usize::from(byte & 0x1f),
            0xd9 => usize::from(self.byte()?),
            0xda => self.len16()?,
            0xdb => self.len32()?,
            _ => return Err(self.error(DecodeErrorKind::WrongType)),
        };
        let bytes = self.slice(len)?;
        str::from_utf8(bytes).map_err(|_| self.error(DecodeErrorKind::InvalidUtf8))
    }

    /// Reads a text as a `String`.
    #[inline]
    pub fn string(&mut self) -> DecodeResult<String> {
        let text = self.text()?;
        self.spend(0, text.len())?;
        Ok(text.to_owned())
    }

    /// Reads a byte string.
    pub fn bytes(&mut self) -> DecodeResult<Vec<u8>> {
        let bytes = self.bin()?;
        self.spend(0, bytes.len())?;
        Ok(bytes.to_vec())
    }

    fn bin(&mut self) -> DecodeResult<&'a [u8]> {
        let len = match self.byte()? {
            0xc4 => usize::from(self.byte()?),
            0xc5 => self.len16()?,
            0xc6 => self.len32()?,
            _ => return Err(self.error(DecodeErrorKind::WrongType)),
        };
        self.slice(len)
    }

    /// Reads a list of exactly `len` values: the fields of a tuple or struct.
    ///
    /// Only the number of fields is subtracted from the limits. The memory of
    /// the fields is part of the tuple's or struct's memory.
    #[inline]
    pub fn tuple<T>(
        &mut self,
        len: usize,
        fields: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        let found = self.list_len()?;
        if found != len {
            return Err(self.error(DecodeErrorKind::WrongType));
        }
        self.spend(len, 0)?;
        self.nested(fields)
    }

    /// Reads a list of values of type `T`. `items` receives the number of values, and reads them.
    #[inline]
    pub fn list<T, R>(
        &mut self,
        items: impl FnOnce(&mut Self, usize) -> DecodeResult<R>,
    ) -> DecodeResult<R> {
        let len = self.list_len()?;
        self.holds(len, 1)?;
        self.charge::<T>(len)?;
        self.nested(|from| items(from, len))
    }

    /// Reads a set of values of type `T`. `members` receives the number of values, and reads them.
    pub fn set<T, R>(
        &mut self,
        members: impl FnOnce(&mut Self, usize) -> DecodeResult<R>,
    ) -> DecodeResult<R> {
        let len = self.list_len()?;
        self.holds(len, 1)?;
        self.spend(len, table::<T>(len))?;
        self.nested(|from| members(from, len))
    }

    /// Reads a map of pairs of type `T`. `pairs` receives the number of pairs, and reads them.
    pub fn map<T, R>(
        &mut self,
        pairs: impl FnOnce(&mut Self, usize) -> DecodeResult<R>,
    ) -> DecodeResult<R> {
        let len = self.map_len()?;
        self.holds(len, 2)?;
        self.spend(len.saturating_mul(2), table::<T>(len))?;
        self.nested(|from| pairs(from, len))
    }

    /// Reads an enum: the name of a variant, or a map of one name to a payload.
    /// `payload` receives the name, and `true` if a payload follows.
    #[inline]
    pub(super) fn named<T>(
        &mut self,
        payload: impl FnOnce(&mut Self, &'a str, bool) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        if !matches!(self.rest, [0x80..=0x8f | 0xde | 0xdf, ..]) {
            let name = self.text()?;
            return payload(self, name, false);
        }
        if self.map_len()? != 1 {
            return Err(self.error(DecodeErrorKind::WrongType));
        }
        self.spend(1, 0)?;
        self.nested(|from| {
            let name = from.text()?;
            payload(from, name, true)
        })
    }

    /// Reads one value of any type, and returns its bytes.
    pub(crate) fn any(&mut self) -> DecodeResult<&'a [u8]> {
        let start = self.rest;
        self.skip()?;
        Ok(&start[..start.len() - self.rest.len()])
    }

    fn skip(&mut self) -> DecodeResult<()> {
        let Some(tag) = self.rest.first() else {
            return Err(self.error(DecodeErrorKind::Truncated));
        };
        let size = match tag {
            0xa0..=0xbf | 0xd9..=0xdb => {
                let len = self.text()?.len();
                return self.spend(0, len);
            }
            0xc4..=0xc6 => {
                let len = self.bin()?.len();
                return self.spend(0, len);
            }
            0x90..=0x9f | 0xdc | 0xdd => {
                let len = self.list_len()?;
                self.holds(len, 1)?;
                self.charge::<Any>(len)?;
                return self.skip_all(len);
            }
            0x80..=0x8f | 0xde | 0xdf => {
                let len = self.map_len()?;
                self.holds(len, 2)?;
                self.spend(2 * len, table::<Any>(len))?;
                return self.skip_all(2 * len);
            }
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 0,
            0xcc | 0xd0 => 1,
            0xcd | 0xd1 => 2,
            0xca | 0xce | 0xd2 => 4,
            0xcb | 0xcf | 0xd3 => 8,
            _ => {
                self.byte()?;
                return Err(self.error(DecodeErrorKind::WrongType));
            }
        };
        self.byte()?;
        self.slice(size).map(drop)
    }

    fn skip_all(&mut self, count: usize) -> DecodeResult<()> {
        self.nested(|from| (0..count).try_for_each(|_| from.skip()))
    }

    /// Makes the reader treat its bytes as nested within `levels` outer values.
    pub(super) const fn at_depth(mut self, levels: usize) -> Self {
        self.depth -= levels;
        self
    }

    /// Reads the length of a list. It is not checked that enough bytes follow.
    #[inline]
    pub(crate) fn list_len(&mut self) -> DecodeResult<usize> {
        match self.byte()? {
            byte @ 0x90..=0x9f => Ok(usize::from(byte & 0xf)),
            0xdc => self.len16(),
            0xdd => self.len32(),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    fn map_len(&mut self) -> DecodeResult<usize> {
        match self.byte()? {
            byte @ 0x80..=0x8f => Ok(usize::from(byte & 0xf)),
            0xde => self.len16(),
            0xdf => self.len32(),
            _ => Err(self.error(DecodeErrorKind::WrongType)),
        }
    }

    /// Checks that the rest has at least `each` bytes for each of `len`
    /// elements, so that no memory is allocated for a length that is too large.
    #[inline]
    fn holds(&self, len: usize, each: usize) -> DecodeResult<()> {
        match len.checked_mul(each) {
            Some(needed) if needed <= self.rest.len() => Ok(()),
            _ => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> DecodeResult<T>) -> DecodeResult<T> {
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(self.error(DecodeErrorKind::Depth));
        };
        self.depth = depth;
        let value = inner(self)?;
        self.depth += 1;
        Ok(value)
    }

    #[inline]
    fn byte(&mut self) -> DecodeResult<u8> {
        match self.rest {
            [byte, rest @ ..] => {
                self.rest = rest;
                Ok(*byte)
            }
            [] => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> DecodeResult<[u8; N]> {
        match self.rest.split_first_chunk() {
            Some((array, rest)) => {
                self.rest = rest;
                Ok(*array)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn slice(&mut self, len: usize) -> DecodeResult<&'a [u8]> {
        match self.rest.split_at_checked(len) {
            Some((slice, rest)) => {
                self.rest = rest;
                Ok(slice)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn len16(&mut self) -> DecodeResult<usize> {
        Ok(usize::from(u16::from_be_bytes(self.array()?)))
    }

    #[inline]
    fn len32(&mut self) -> DecodeResult<usize> {
        // The conversion fails only on a 16-bit platform, where no input is that long.
        Ok(usize::try_from(u32::from_be_bytes(self.array()?)).unwrap_or(usize::MAX))
    }
}

/// Returns an upper bound on the memory of a set or map with `len` elements, in bytes.
///
/// The bound includes free slots and the control data of a hash table or B-tree.
fn table<T>(len: usize) -> usize {
    match len {
        0 => 0,
        _ => len.saturating_mul(3).saturating_add(11).saturating_mul(size_of::<T>() + 16),
    }
}

/// A placeholder for a value of unknown type, which counts as 64 bytes.
type Any = [u64; 8];

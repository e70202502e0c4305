//! Structs and enums: the methods that `derive(Wire)` calls.
//!
//! Their parameters have everything that a format may need: the names of fields
//! and variants, their aliases, the default of a missing field, the place of
//! each field, and the end of a struct. MessagePack by position needs none of
//! it. So these methods are always inlined, and no name stays in the program.
//!
//! # A second format
//!
//! A format by name, such as JSON, can be added in this folder without changing
//! the macro. `rally-macros/tests/json.rs` does so: it drives a small writer
//! and reader of JSON with the code that the derive emits.
//!
//! - A writer opens an object in [`Writer::fields`], writes each name in
//!   [`Writer::field`], and closes the object when the closure of `fields`
//!   returns.
//! - A reader finds the value of each key, in any order, by [`Names::find`], and
//!   [`Reader::field`] moves to it. When the closure of [`Reader::fields`]
//!   returns, each unknown key was refused or skipped, and the reader moves
//!   behind the object.
//! - Both know the path of an error, such as `items[3].name`: `fields`, `tuple`
//!   and `variant` open a level, `field` sets the position in it, and
//!   rally-core itself reads the items of lists and the keys of maps.
//!
//! In [`Writer`] and [`Reader`], a second format is a mode that only the
//! methods of this file check. In this mode a struct is a map by name, still in
//! MessagePack, and JSON is converted to and from that without knowing the
//! type. [`Writer`] and [`Reader`] stay concrete types, because as parameters
//! of [`Wire`](crate::wire::Wire) they would be in the signature of every
//! implementation.

use super::{DecodeResult, Reader, Writer};

/// The names of a struct's fields or an enum's variants, for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// The names, in the order of the definition.
    pub all: &'static [&'static str],
    /// Aliases, each with the index of its name in `all`: `#[serde(alias = "..")]`.
    pub aliases: &'static [(&'static str, usize)],
    /// `true` if unknown names are refused rather than skipped. It is set for
    /// enums and by `#[serde(deny_unknown_fields)]`.
    pub known_only: bool,
}

impl Names {
    /// Returns the index of the field or variant with this name or alias.
    ///
    /// ```
    /// use rally_core::codec::Names;
    ///
    /// let names = Names { all: &["id", "name"], aliases: &[("title", 1)], known_only: false };
    /// assert_eq!(["id", "title", "x"].map(|name| names.find(name)), [Some(0), Some(1), None]);
    /// ```
    pub fn find(&self, name: &str) -> Option<usize> {
        let alias = || self.aliases.iter().find(|(alias, _)| *alias == name).map(|(_, at)| *at);
        self.all.iter().position(|known| *known == name).or_else(alias)
    }
}

impl Writer {
    /// Writes a struct with named fields. `fields` writes each after [`Writer::field`].
    #[inline(always)]
    pub fn fields(&mut self, names: &'static [&'static str], fields: impl FnOnce(&mut Self)) {
        self.tuple(names.len(), fields);
    }

    /// Writes a struct or variant with unnamed fields. `fields` writes each
    /// after [`Writer::field`].
    #[inline(always)]
    pub fn tuple(&mut self, len: usize, fields: impl FnOnce(&mut Self)) {
        self.list(len, fields);
    }

    /// Announces the value of a field, by its index.
    #[inline(always)]
    pub const fn field(&mut self, index: usize) {
        let _ = index;
    }

    /// Writes a struct without fields.
    #[inline(always)]
    pub fn unit(&mut self) {
        self.list(0, |_| {});
    }

    /// Writes a variant without a payload.
    #[inline(always)]
    pub fn unit_variant(&mut self, name: &'static str) {
        self.text(name);
    }

    /// Writes a variant with a payload.
    #[inline(always)]
    pub fn variant(&mut self, name: &'static str, payload: impl FnOnce(&mut Self)) {
        self.map(1, |to| {
            to.text(name);
            payload(to);
        });
    }
}

impl<'a> Reader<'a> {
    /// Reads a struct with named fields. `fields` reads each by [`Reader::field`].
    #[inline(always)]
    pub fn fields<T>(
        &mut self,
        names: &'static Names,
        fields: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        self.tuple(names.all.len(), fields)
    }

    /// Reads a field, by its index. A format by name refuses a missing field,
    /// unless its type [can be nil](crate::wire::Wire::CAN_BE_NIL).
    #[inline(always)]
    pub fn field<T>(
        &mut self,
        index: usize,
        read: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        let _ = index;
        read(self)
    }

    /// Reads a field with a default, for formats by name: by position, a field is never missing.
    #[inline(always)]
    pub fn field_or<T>(
        &mut self,
        index: usize,
        default: impl FnOnce() -> T,
        read: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        let _ = default;
        self.field(index, read)
    }

    /// Reads a struct without fields.
    #[inline(always)]
    pub fn unit(&mut self) -> DecodeResult<()> {
        self.tuple(0, |_| Ok(()))
    }

    /// Reads an enum. `payload` receives the variant's name, and `true` if a
    /// payload follows. A format by name passes the name in place of an alias.
    #[inline(always)]
    pub fn variant<T>(
        &mut self,
        names: &'static Names,
        payload: impl FnOnce(&mut Self, &'a str, bool) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        let _ = names;
        self.named(payload)
    }
}

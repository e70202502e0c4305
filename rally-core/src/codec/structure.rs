//! Structs and enums: the methods that `derive(Wire)` calls.
//!
//! The parameters of these methods have everything that a format may need: the
//! names of fields and variants, their aliases, the default of a missing field,
//! the index of each field, and the end of a struct. MessagePack by position
//! needs only the names of variants and the number of fields. The methods are
//! always inlined, so that unused parameters cost nothing in a release build.
//!
//! # A second format
//!
//! A format by name, such as JSON, can be added in this folder without changing
//! the macro `derive(Wire)`. The test `rally-macros/tests/json.rs` shows it: it
//! runs the generated code with a small writer and reader of JSON.
//!
//! - A writer opens an object in [`Writer::fields`], writes each name in
//!   [`Writer::field`], and closes the object when the closure of `fields`
//!   returns.
//! - A reader finds the field of each key, in any order, with [`Names::find`].
//!   [`Reader::field`] moves to the value of a field. When the closure of
//!   [`Reader::fields`] returns, the reader has refused or skipped each unknown
//!   key, and stands after the end of the object.
//! - Writer and reader can find the path of an error, such as `items[3].name`:
//!   `fields`, `tuple` and `variant` open a level, and `field` sets the position
//!   in that level. The items of lists and the keys of maps are read by
//!   rally-core, which knows their positions.
//!
//! Recommended design: do not write JSON in these methods. Write MessagePack in
//! which a struct is a map from field name to value; a separate converter turns
//! this MessagePack into JSON and back, without knowing the type. Store the choice
//! (by position or by name) as a flag in [`Writer`] and [`Reader`], and check the
//! flag only in the methods of this file. Keep `Writer` and `Reader` concrete
//! types: as type parameters of [`Wire`](crate::wire::Wire), they would be in the
//! signature of every implementation.

use super::{DecodeResult, Reader, Writer};

/// The names of a struct's fields or an enum's variants, for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// The names, in the order of the definition.
    pub all: &'static [&'static str],
    /// Aliases, each with the index of its name in `all`: `#[serde(alias = "..")]`.
    pub aliases: &'static [(&'static str, usize)],
    /// `true` if a reader refuses unknown names, `false` if it skips them. It is
    /// `true` for enums and for structs with `#[serde(deny_unknown_fields)]`.
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
    /// Writes a struct with named fields. `fields` calls [`Writer::field`]
    /// before it writes each field.
    #[inline(always)]
    pub fn fields(&mut self, names: &'static [&'static str], fields: impl FnOnce(&mut Self)) {
        self.tuple(names.len(), fields);
    }

    /// Writes a struct or variant with unnamed fields. `fields` calls
    /// [`Writer::field`] before it writes each field.
    #[inline(always)]
    pub fn tuple(&mut self, len: usize, fields: impl FnOnce(&mut Self)) {
        self.list(len, fields);
    }

    /// Called before the field with this index is written. MessagePack by position needs no
    /// action; a format by name writes the name here.
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
    /// Reads a struct with named fields. `fields` reads each field with [`Reader::field`].
    #[inline(always)]
    pub fn fields<T>(
        &mut self,
        names: &'static Names,
        fields: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        self.tuple(names.all.len(), fields)
    }

    /// Reads the field with this index. A format by name refuses a missing
    /// field, unless the field's type [can be nil](crate::wire::Wire::CAN_BE_NIL).
    #[inline(always)]
    pub fn field<T>(
        &mut self,
        index: usize,
        read: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        let _ = index;
        read(self)
    }

    /// Reads a field that has a default.
    ///
    /// Only a format by name uses the default. In MessagePack by position, no
    /// field can be missing.
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
    /// payload follows. A format by name replaces an alias by the variant's name.
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

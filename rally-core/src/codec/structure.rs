//! Structs and enums: the calls that `derive(Wire)` emits.
//!
//! They carry everything that a format could want to know of a definition: the
//! names of fields and variants in both directions, other names to read them by,
//! the value of a field that is not there, where each field begins, and where a
//! struct ends. MessagePack by position needs none of it. Here each of these
//! calls is inlined to what it was without, and no name stays in the program.
//!
//! # A second format
//!
//! A format by name, such as JSON, is added in this folder and without touching
//! the macro: `rally-macros/tests/json.rs` does so, and drives a small writer
//! and reader of JSON with the very code that the derive emits.
//!
//! - A writer opens an object in [`Writer::fields`], puts the name before each
//!   value in [`Writer::field`], and closes the object when the closure of
//!   `fields` returns.
//! - A reader finds where the value of each key begins in [`Reader::fields`],
//!   whatever the order of the keys, by [`Names::find`]. [`Reader::field`] goes
//!   to that value. When the closure of `fields` returns the struct ends: then
//!   the reader goes behind the object, and has refused or skipped each key that
//!   is none of the [`Names`].
//! - Both know the path of an error, such as `items[3].name`: `fields`, `tuple`
//!   and `variant` open a level, `field` says where in it the reader is, and the
//!   items of lists and the keys of maps are read in rally-core itself.
//!
//! In [`Writer`] and [`Reader`] it is a mode that only the calls of this file
//! ask for: a struct is then a map by name, still in MessagePack, and JSON is
//! written from that and read into that without knowing the type. So neither
//! numbers nor texts have to ask which mode it is. The types stay concrete,
//! since as parameters of [`Wire`](crate::wire::Wire) they would be in the
//! signature of every implementation.

use super::{DecodeResult, Reader, Writer};

/// The names by which a reader finds a struct's fields or an enum's variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// One for each, in the order of the definition.
    pub all: &'static [&'static str],
    /// Other names that are read, each with the place in `all` of the one that
    /// it stands for: `#[serde(alias = "..")]`.
    pub aliases: &'static [(&'static str, usize)],
    /// Whether a name that is none of these is refused, rather than skipped:
    /// `#[serde(deny_unknown_fields)]`, and every enum's variants.
    pub known_only: bool,
}

impl Names {
    /// Which field or variant is meant by a name.
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

// Always inlined: a call that was not would keep the names in the program.
impl Writer {
    /// A struct with named fields, each written after [`Writer::field`].
    #[inline(always)]
    pub fn fields(&mut self, names: &'static [&'static str], fields: impl FnOnce(&mut Self)) {
        self.tuple(names.len(), fields);
    }

    /// A struct or variant whose fields have no names, each written after
    /// [`Writer::field`].
    #[inline(always)]
    pub fn tuple(&mut self, len: usize, fields: impl FnOnce(&mut Self)) {
        self.list(len, fields);
    }

    /// Comes before each field's value: its place in the names or the tuple.
    #[inline(always)]
    pub const fn field(&mut self, index: usize) {
        let _ = index;
    }

    /// A struct without fields.
    #[inline(always)]
    pub fn unit(&mut self) {
        self.list(0, |_| {});
    }

    /// An enum's variant that holds nothing.
    #[inline(always)]
    pub fn unit_variant(&mut self, name: &'static str) {
        self.text(name);
    }

    /// An enum's variant that holds something.
    #[inline(always)]
    pub fn variant(&mut self, name: &'static str, payload: impl FnOnce(&mut Self)) {
        self.map(1, |to| {
            to.text(name);
            payload(to);
        });
    }
}

impl<'a> Reader<'a> {
    /// A struct with named fields, each read by [`Reader::field`].
    ///
    /// # Errors
    ///
    /// When something else comes next, or `fields` fails.
    #[inline(always)]
    pub fn fields<T>(
        &mut self,
        names: &'static Names,
        fields: impl FnOnce(&mut Self) -> DecodeResult<T>,
    ) -> DecodeResult<T> {
        self.tuple(names.all.len(), fields)
    }

    /// A field, by its place in the names or the tuple.
    ///
    /// # Errors
    ///
    /// When `read` fails. In a format by name, when the field is not there,
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

    /// A field that is `default` when a format by name does not find it. By
    /// position it is always there.
    ///
    /// # Errors
    ///
    /// When `read` fails.
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

    /// A struct without fields.
    ///
    /// # Errors
    ///
    /// When something else comes next.
    #[inline(always)]
    pub fn unit(&mut self) -> DecodeResult<()> {
        self.tuple(0, |_| Ok(()))
    }

    /// An enum: the variant's name, and whether it holds something. In a format
    /// by name an alias is given as the name that it stands for.
    ///
    /// # Errors
    ///
    /// When something else comes next, or `payload` fails.
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

//! What may travel, and the fingerprint of its shape.

mod collections;
mod file;
mod fingerprint;
mod foreign;
mod leaves;

pub use fingerprint::{Shape, fingerprint, fingerprint_of, hash, is_lossless};
pub use leaves::Never;

use crate::codec::{DecodeError, Reader, Writer};

/// A type that travels between browser and server.
///
/// `#[derive(Wire)]` implements it. The bytes are those that serde and
/// `rmp_serde` would write; the derive needs neither.
///
/// ```
/// use rally_core::codec::{decode, encode};
///
/// let bytes = encode(&vec![(1, "a".to_owned())]).unwrap();
/// assert_eq!(bytes, b"\x91\x92\x01\xa1a");
/// assert_eq!(decode::<Vec<(i32, String)>>(&bytes).unwrap(), [(1, "a".to_owned())]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot travel between browser and server",
    label = "does not implement `Wire`",
    note = "write `#[derive(Wire)]` above the type, or use types that travel: \
            numbers, `bool`, `char`, `String`, `Option`, `Result`, `Vec`, maps, sets, tuples",
    note = "a type of another crate that serde can write travels as a field with \
            `#[wire(opaque = \"name@1\")]`"
)]
pub trait Wire: Sized + 'static {
    /// Whether a value can be written as nil, as `None` is. An `Option` of such
    /// a type would be read back as `None`, and does not compile.
    const CAN_BE_NIL: bool = false;

    /// Whether there is an `Option` in it whose `Some` can be read back as
    /// `None`. A type that is defined elsewhere has been asked there.
    #[doc(hidden)]
    const LOSES_SOME: bool = false;

    /// Mixes what decides this type's bytes into a fingerprint. An impl by hand
    /// that leaves something out says so with [`Shape::lossy`].
    fn shape(shape: &mut Shape);

    /// Writes the value.
    fn write(&self, to: &mut Writer);

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// When the bytes are no value of this type, or the limits are passed.
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// The name of the variant that an enum's value is, for logs.
    #[doc(hidden)]
    fn variant_name(&self) -> Option<&'static str> {
        None
    }

    /// Writes a list of values. Bytes do it in a way of their own.
    #[doc(hidden)]
    fn write_list(list: &[Self], to: &mut Writer) {
        to.list(list.len(), |to| list.iter().for_each(|item| item.write(to)));
    }

    /// Reads a list of values.
    #[doc(hidden)]
    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        from.list::<Self, _>(|from, len| {
            // The limits have allowed for all of them.
            let mut list = Vec::with_capacity(len);
            for _ in 0..len {
                list.push(Self::read(from)?);
            }
            Ok(list)
        })
    }

    /// Mixes a list's shape into a fingerprint.
    #[doc(hidden)]
    fn list_shape(shape: &mut Shape) {
        shape.leaf(const { hash("list") });
        Self::shape(shape);
    }
}

/// The three things that generated code does with a field, found by one bound:
/// so a field that cannot travel is told once.
pub struct Field<T> {
    /// [`Wire::shape`]
    pub shape: fn(&mut Shape),
    /// [`Wire::write`]
    pub write: fn(&T, &mut Writer),
    /// [`Wire::read`]
    pub read: fn(&mut Reader<'_>) -> Result<T, DecodeError>,
}

/// A field of this type. Evaluated while the app compiles, it finds out that
/// the type could not be read back, and rustc then points to the field.
#[track_caller]
pub const fn field<T: Wire>() -> Field<T> {
    refuse_lost_some::<T>();
    Field { shape: T::shape, write: T::write, read: T::read }
}

/// Stops the compilation where an `Option` could not be read back.
///
/// The caller's place is told. Without `track_caller` rustc would show a line of
/// std's, but only to those who have installed its source.
#[track_caller]
const fn refuse_lost_some<T: Wire>() {
    if T::LOSES_SOME {
        panic!(
            "`Option<Option<T>>` and `Option<()>` do not travel: `Some(None)` and `Some(())` are \
             read back as `None`. Write an enum with a variant for each case"
        );
    }
}

//! Types that can be sent between browser and server, and their fingerprints.

mod collections;
mod file;
mod fingerprint;
mod foreign;
mod leaves;

pub use fingerprint::{Shape, fingerprint, fingerprint_of, hash, is_lossless};
pub use leaves::Never;

use crate::codec::{DecodeError, Reader, Writer};

/// A type that can be sent between browser and server.
///
/// `#[derive(Wire)]` implements it. The bytes are those that serde and
/// `rmp_serde` would write, but the derive needs neither.
///
/// ```
/// use rally_core::codec::{decode, encode};
///
/// let bytes = encode(&vec![(1, "a".to_owned())]).unwrap();
/// assert_eq!(bytes, b"\x91\x92\x01\xa1a");
/// assert_eq!(decode::<Vec<(i32, String)>>(&bytes).unwrap(), [(1, "a".to_owned())]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between browser and server",
    label = "does not implement `Wire`",
    note = "write `#[derive(Wire)]` above the type, or use types that implement `Wire`: \
            numbers, `bool`, `char`, `String`, `Option`, `Result`, `Vec`, maps, sets, tuples",
    note = "if the type is of another crate and serde can encode it, write \
            `#[wire(opaque = \"name@1\")]` above the field"
)]
pub trait Wire: Sized + 'static {
    /// `true` if a value can be encoded as nil, as `None` is. An `Option` of
    /// such a type would be decoded as `None`, so it does not compile.
    const CAN_BE_NIL: bool = false;

    /// `true` if the type has an `Option` whose `Some` can be decoded as
    /// `None`. A type with `derive(Wire)` keeps `false`: its fields are checked
    /// at its definition.
    #[doc(hidden)]
    const LOSES_SOME: bool = false;

    /// Mixes everything that determines the type's bytes into a fingerprint. An
    /// implementation by hand that does not encode a part calls
    /// [`Shape::lossy`].
    fn shape(shape: &mut Shape);

    /// Encodes the value.
    fn write(&self, to: &mut Writer);

    /// Decodes a value.
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Returns the name of an enum's variant, for logs.
    #[doc(hidden)]
    fn variant_name(&self) -> Option<&'static str> {
        None
    }

    /// Encodes a list of values. `u8` has its own encoding.
    #[doc(hidden)]
    fn write_list(list: &[Self], to: &mut Writer) {
        to.list(list.len(), |to| list.iter().for_each(|item| item.write(to)));
    }

    #[doc(hidden)]
    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        from.list::<Self, _>(|from, len| {
            // The limits were charged for all of them.
            let mut list = Vec::with_capacity(len);
            for _ in 0..len {
                list.push(Self::read(from)?);
            }
            Ok(list)
        })
    }

    #[doc(hidden)]
    fn list_shape(shape: &mut Shape) {
        shape.leaf(const { hash("list") });
        Self::shape(shape);
    }
}

/// The functions that generated code needs of a field's type. One bound names
/// all three, so the compiler reports an error at most once for a field.
pub struct Field<T> {
    /// [`Wire::shape`]
    pub shape: fn(&mut Shape),
    /// [`Wire::write`]
    pub write: fn(&T, &mut Writer),
    /// [`Wire::read`]
    pub read: fn(&mut Reader<'_>) -> Result<T, DecodeError>,
}

/// Returns the functions of a field's type. It is evaluated at compile time: if
/// the type could not be decoded, rustc points to the field.
#[track_caller]
pub const fn field<T: Wire>() -> Field<T> {
    refuse_lost_some::<T>();
    Field { shape: T::shape, write: T::write, read: T::read }
}

/// Stops the compilation for an `Option` that could not be decoded.
/// `track_caller` makes rustc point to the caller, not to a line of std.
#[track_caller]
const fn refuse_lost_some<T: Wire>() {
    if T::LOSES_SOME {
        panic!(
            "`Option<Option<T>>` and `Option<()>` cannot be sent: `Some(None)` and `Some(())` would \
             be decoded as `None`. Write an enum with a variant for each case"
        );
    }
}

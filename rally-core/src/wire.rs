//! Types that can be sent between browser and server, and their fingerprints.

mod collections;
mod failure;
mod file;
mod fingerprint;
mod foreign;
mod leaves;

pub use fingerprint::{Shape, fingerprint, fingerprint_of, hash, is_lossless};
pub use leaves::Never;

use crate::codec::{DecodeError, Reader, Writer};

/// A type that can be sent between browser and server.
///
/// `#[derive(Wire)]` implements this trait, without serde. The
/// [`codec`](crate::codec) describes the encoding.
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
    /// `true` if a value of this type can be encoded as nil, like `None`.
    ///
    /// An `Option` of such a type cannot be sent: it is a compile error, because
    /// `Some` of that value would be decoded as `None`.
    const CAN_BE_NIL: bool = false;

    /// `true` if the type contains an `Option` whose `Some` can be decoded as
    /// `None`. It is `false` for a type with `derive(Wire)`, because the derive
    /// checks each field.
    #[doc(hidden)]
    const LOSES_SOME: bool = false;

    /// Adds everything that determines the encoding of the type to a fingerprint.
    ///
    /// An implementation by hand must call [`Shape::lossy`] if it does not
    /// encode a part of the value.
    fn shape(shape: &mut Shape);

    /// Encodes the value.
    fn write(&self, to: &mut Writer);

    /// Decodes a value.
    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError>;

    /// Returns the name of the variant, for logs; `None` if the type is not an enum.
    #[doc(hidden)]
    fn variant_name(&self) -> Option<&'static str> {
        None
    }

    /// Encodes the values of a `Vec` or array as a list. `u8` overrides this
    /// method to encode a byte string.
    #[doc(hidden)]
    fn write_list(list: &[Self], to: &mut Writer) {
        to.list(list.len(), |to| list.iter().for_each(|item| item.write(to)));
    }

    #[doc(hidden)]
    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        from.list::<Self, _>(|from, len| {
            // `from.list` has already checked the limits for `len` values.
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

/// The three functions that the code of `derive(Wire)` needs for a field of type `T`.
///
/// The generated code gets all three from one call of [`field`]. So the
/// compiler reports only one error for a field whose type is not `Wire`.
pub struct Field<T> {
    /// [`Wire::shape`] of the field's type.
    pub shape: fn(&mut Shape),
    /// [`Wire::write`] of the field's type.
    pub write: fn(&T, &mut Writer),
    /// [`Wire::read`] of the field's type.
    pub read: fn(&mut Reader<'_>) -> Result<T, DecodeError>,
}

/// Returns the functions for a field of type `T`.
///
/// Generated code calls this function at compile time. If the type contains an
/// `Option` that could not be decoded, the compile error points to the field.
#[track_caller]
pub const fn field<T: Wire>() -> Field<T> {
    refuse_lost_some::<T>();
    Field { shape: T::shape, write: T::write, read: T::read }
}

/// Stops the compilation if `T` contains an `Option` that could not be decoded.
/// With `track_caller`, the compile error points to the caller.
#[track_caller]
const fn refuse_lost_some<T: Wire>() {
    if T::LOSES_SOME {
        panic!(
            "`Option<Option<T>>` and `Option<()>` cannot be sent: `Some(None)` and `Some(())` would \
             be decoded as `None`. Write an enum with a variant for each case"
        );
    }
}

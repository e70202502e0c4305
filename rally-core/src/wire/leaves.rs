//! Types without generic parts: numbers, texts, durations and others.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZero;
use std::time::Duration;

use super::{Shape, Wire, hash};
use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer};

macro_rules! leaf {
    ($type:ty, $write:expr, $read:expr) => {
        impl Wire for $type {
            fn shape(shape: &mut Shape) {
                shape.leaf(const { hash(stringify!($type)) });
            }

            fn write(&self, to: &mut Writer) {
                let write: fn(&$type, &mut Writer) = $write;
                write(self, to);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                let read: fn(&mut Reader<'_>) -> Result<$type, DecodeError> = $read;
                read(from)
            }
        }
    };
}

macro_rules! whole {
    ($method:ident: $($type:ty),+ as $wide:ty) => {$(
        leaf!($type, |value, to| to.$method(*value as $wide), |from| from.$method());
        non_zero!($type);
    )+};
}

macro_rules! non_zero {
    ($type:ty) => {
        impl Wire for NonZero<$type> {
            fn shape(shape: &mut Shape) {
                shape.leaf(const { hash("NonZero") });
                <$type>::shape(shape);
            }

            fn write(&self, to: &mut Writer) {
                self.get().write(to);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::new(<$type>::read(from)?)
                    .ok_or_else(|| from.error(DecodeErrorKind::OutOfRange))
            }
        }
    };
}

whole! { int: i8, i16, i32, i64, isize as i64 }
whole! { uint: u16, u32, u64, usize as u64 }
non_zero!(u8);

leaf!(bool, |value, to| to.bool(*value), |from| from.bool());
leaf!(f32, |value, to| to.f32(*value), |from| from.f32());
leaf!(f64, |value, to| to.f64(*value), |from| from.f64());
leaf!(String, |value, to| to.text(value), |from| from.string());
leaf!(char, |value, to| to.text(value.encode_utf8(&mut [0; 4])), |from| {
    let mut text = from.text()?.chars();
    match (text.next(), text.next()) {
        (Some(value), None) => Ok(value),
        _ => Err(from.error(DecodeErrorKind::WrongType)),
    }
});
leaf!(
    Duration,
    |value, to| to.tuple(2, |to| {
        to.field(0);
        to.uint(value.as_secs());
        to.field(1);
        to.uint(value.subsec_nanos().into());
    }),
    |from| from.tuple(2, |from| {
        let seconds = from.field(0, Reader::uint)?;
        let nanos = from.field(1, Reader::uint)?;
        match nanos {
            0..1_000_000_000 => Ok(Duration::new(seconds, nanos)),
            _ => Err(from.error(DecodeErrorKind::OutOfRange)),
        }
    })
);

/// A `Vec` or array of `u8` is encoded as a byte string (MessagePack `bin`), not
/// as a list.
impl Wire for u8 {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("u8") });
    }

    fn write(&self, to: &mut Writer) {
        to.uint((*self).into());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.uint()
    }

    fn write_list(list: &[Self], to: &mut Writer) {
        to.bytes(list);
    }

    fn read_list(from: &mut Reader<'_>) -> Result<Vec<Self>, DecodeError> {
        from.bytes()
    }

    fn list_shape(shape: &mut Shape) {
        shape.leaf(const { hash("bytes") });
    }
}

impl Wire for () {
    const CAN_BE_NIL: bool = true;

    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("()") });
    }

    fn write(&self, to: &mut Writer) {
        to.nil();
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.nil()
    }
}

/// `PhantomData` is encoded as a struct without fields, so `T` need not implement `Wire`.
impl<T: 'static> Wire for PhantomData<T> {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("PhantomData") });
    }

    fn write(&self, to: &mut Writer) {
        to.unit();
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        from.unit().map(|()| Self)
    }
}

/// A type without values, for an error or message that cannot occur.
///
/// A handler that returns `Result<T, Never>` cannot return an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}

impl Wire for Never {
    fn shape(shape: &mut Shape) {
        shape.leaf(const { hash("Never") });
    }

    fn write(&self, _: &mut Writer) {
        match *self {}
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Err(from.error(DecodeErrorKind::UnknownVariant))
    }
}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

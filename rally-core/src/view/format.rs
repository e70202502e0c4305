//! Arguments of format strings. Texts and integers are written without `core::fmt`.

use std::borrow::Cow;
use std::fmt::Display;

use super::builder::Builder;
use super::integer::Digits;

/// An argument of a format string, without a format specification.
///
/// `rsx!` calls `(&Arg(&value)).add(builder)`. For a type with [`Fast`], the
/// compiler takes that trait, because it needs one reference less than [`Slow`].
pub struct Arg<'a, T: ?Sized>(pub &'a T);

/// An argument that is written without `core::fmt`.
pub trait Fast {
    /// Appends the argument.
    fn add(&self, to: &mut Builder);
}

/// An argument that implements `Display`.
pub trait Slow<T: ?Sized> {
    /// Appends the argument.
    fn add(&self, to: &mut Builder)
    where
        T: InText;
}

/// A type that a text accepts: every type that implements `Display`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a text",
    label = "does not implement `Display`",
    note = "write an element beside the text, as `{{element}}`, and other types with `{{value:?}}`"
)]
pub trait InText: Display {}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> InText for T {}

impl Fast for Arg<'_, str> {
    #[inline]
    fn add(&self, to: &mut Builder) {
        to.push(self.0);
    }
}

impl Fast for Arg<'_, String> {
    #[inline]
    fn add(&self, to: &mut Builder) {
        to.push(self.0);
    }
}

impl Fast for Arg<'_, Cow<'_, str>> {
    #[inline]
    fn add(&self, to: &mut Builder) {
        to.push(self.0);
    }
}

impl<T: ?Sized> Fast for Arg<'_, &T>
where
    for<'a> Arg<'a, T>: Fast,
{
    #[inline]
    fn add(&self, to: &mut Builder) {
        Arg(*self.0).add(to);
    }
}

// The bound is on the method, not on the implementation, so that rustc finds the
// method for every type and reports the bound.
impl<T: ?Sized> Slow<T> for &Arg<'_, T> {
    fn add(&self, to: &mut Builder)
    where
        T: InText,
    {
        to.format(format_args!("{}", self.0));
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Fast for Arg<'_, $type> {
            #[inline]
            fn add(&self, to: &mut Builder) {
                let mut digits = Digits::default();
                to.push_escaped(digits.write(*self.0));
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

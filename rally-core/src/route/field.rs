//! The fields of a route struct: how each is read from a URL and written into one.
//!
//! `#[page]` makes a constant of each field. The constant has the only bound on the field's type,
//! so that an unsuitable type is one compile error.

use std::fmt::Display;
use std::str::FromStr;

use super::params::Params;
use super::query::FromQuery;

/// A type that a path parameter can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a URL",
    note = "use a type that implements `FromStr` and `Display`, such as `i64` or `String`"
)]
pub trait PathParam: FromStr + Display {}

#[diagnostic::do_not_recommend]
impl<T: FromStr + Display> PathParam for T {}

/// A field of a route struct, in the path or in the query.
pub struct UrlField<T> {
    name: &'static str,
    read: fn(&Params, &str) -> Option<T>,
    write: fn(&mut Params, &'static str, &T),
}

impl<T> UrlField<T> {
    /// Makes the field of a path parameter.
    pub const fn path(name: &'static str) -> Self
    where
        T: PathParam,
    {
        Self { name, read: Params::path::<T>, write: Params::set_path::<T> }
    }

    /// Makes a query field.
    pub const fn query<Kind>(name: &'static str) -> Self
    where
        T: FromQuery<Kind>,
    {
        Self { name, read: Params::query::<T, Kind>, write: Params::set_query::<T, Kind> }
    }

    /// Reads the field. Returns `None` if it is absent or cannot be parsed.
    pub fn read(&self, params: &Params) -> Option<T> {
        (self.read)(params, self.name)
    }

    /// Writes the field.
    pub fn write(&self, params: &mut Params, value: &T) {
        (self.write)(params, self.name, value);
    }

    /// Writes the field, unless a URL without it is read as the same value.
    ///
    /// An absent `Option` or `Vec` is read as `None` or empty, so it is written even if it has its
    /// default.
    pub fn write_unless(&self, params: &mut Params, value: &T, default: &T)
    where
        T: PartialEq,
    {
        if value != default || self.read(&Params::default()).is_some() {
            self.write(params, value);
        }
    }
}

//! Routes: the typed half of a URL.

mod check;
mod local;
mod params;
mod pattern;
mod query;

pub use check::{Mistake, check_fields};
pub use local::{LocalPath, NotLocal};
pub use params::Params;
pub use pattern::{Clash, Matched, Router};
pub use query::{FromQuery, Many, One, Optional, Query};

use crate::context::Context;

/// A page's URL as a type: path parameters and query fields.
///
/// `#[page]` implements it for the struct it stands on; the file's place gives
/// the pattern.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    note = "write `#[page]` above the struct that holds the page's path parameters"
)]
pub trait Route: Sized + 'static {
    /// The pattern of the path, as in `/products/:id`.
    const PATTERN: &'static str;

    /// What every page of this app is given as `cx`.
    type Context: Context;

    /// Reads the route from a URL whose path matched [`Self::PATTERN`].
    ///
    /// `None` when a parameter does not parse: such a URL is not found.
    fn from_params(params: &Params) -> Option<Self>;

    /// Writes the parameters, in the order of their names, for [`href`].
    fn write_params(&self, params: &mut Params);
}

/// The URL of a page: path and query, percent-encoded, ready for a link.
///
/// ```
/// # use rally_core::{context::ClientContext, route::{self, Params, Route}};
/// # struct Product { id: i64 }
/// # impl Route for Product {
/// #     const PATTERN: &'static str = "/products/:id";
/// #     type Context = ClientContext;
/// #     fn from_params(params: &Params) -> Option<Self> { Some(Self { id: params.path("id")? }) }
/// #     fn write_params(&self, params: &mut Params) { params.set_path("id", &self.id) }
/// # }
/// assert_eq!(route::href(Product { id: 7 }), "/products/7");
/// ```
///
/// A path parameter that is the empty string, `.` or `..` has no URL of its
/// own: browsers resolve such segments away, or the link is not found.
pub fn href<R: Route>(route: R) -> String {
    let mut params = Params::default();
    route.write_params(&mut params);
    params.to_url(R::PATTERN)
}

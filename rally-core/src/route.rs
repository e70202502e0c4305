//! Routes: types for the URLs of pages.

mod check;
mod field;
mod local;
mod params;
mod pattern;
mod query;

pub use check::{Mistake, check_fields, check_function};
pub use field::{PathParam, UrlField};
pub use local::{LocalPath, LocalPathError};
pub use params::Params;
pub use pattern::{Matched, PatternConflict, Router};
pub use query::{FromQuery, Many, One, Optional, Query};

use crate::context::Context;

/// The URL of a page as a type: path parameters and query fields.
///
/// `#[page]` implements this trait for the page's struct. The path of the source
/// file determines the pattern, unless `#[page("/path")]` sets it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a route",
    note = "write `#[page]` above the struct that has the page's path parameters"
)]
pub trait Route: Sized + 'static {
    /// Pattern of the path, as in `/products/:id`.
    const PATTERN: &'static str;

    /// Client context of the app.
    type Context: Context;

    /// Parses the parameters of a URL.
    ///
    /// Returns `None` if a parameter cannot be parsed, or if a required parameter
    /// is absent. The response then has status 404.
    fn from_params(params: &Params) -> Option<Self>;

    /// Writes the parameters, for [`href`]. Query fields keep the order in which they are written.
    fn write_params(&self, params: &mut Params);
}

/// Returns the URL of a page: path and query, percent-encoded, ready for a link.
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
/// If a path parameter is empty, `.` or `..`, the URL does not lead to the page:
/// browsers resolve the segments `.` and `..`, and the router does not match an
/// empty segment.
pub fn href<R: Route>(route: R) -> String {
    let mut params = Params::default();
    route.write_params(&mut params);
    params.to_url(R::PATTERN)
}

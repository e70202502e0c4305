//! Access requirements of handlers and pages.

use std::any::TypeId;

use futures_util::future::BoxFuture;
use rally_core::route::Route;

use super::caller::{BoxError, Caller, CxTypes};

/// The access requirement of a handler or page, as its attribute declares it.
#[derive(Clone, Copy)]
pub struct Access {
    pub(crate) signed_in: bool,
    /// For `#[server(page)]`: the route of the page whose access requirements apply too.
    pub(crate) page: Option<fn() -> TypeId>,
    pub(crate) authorize: Option<&'static dyn Authorize>,
}

impl Access {
    /// Allows every caller.
    pub const PUBLIC: Self = Self { signed_in: false, page: None, authorize: None };
    /// Requires a signed-in caller.
    pub const SIGNED_IN: Self = Self { signed_in: true, ..Self::PUBLIC };

    /// Requires a caller who may see the page with the route `R`.
    pub const fn page<R: Route>() -> Self {
        Self { page: Some(TypeId::of::<R>), ..Self::PUBLIC }
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.signed_in || self.authorize.is_some()
    }

    /// Sets the authorize function, which must admit the caller too.
    #[must_use]
    pub const fn authorize(self, function: &'static dyn Authorize) -> Self {
        Self { authorize: Some(function), ..self }
    }
}

/// The access policy of a page, from `#[page(signed_in)]` or `#[page(authorize = ..)]`.
pub struct PolicyEntry {
    pub(crate) route: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) access: Access,
}

inventory::collect!(PolicyEntry);

impl PolicyEntry {
    /// Creates the entry of the page with the route `R`.
    pub const fn of<R: Route>(access: Access) -> Self {
        Self { route: TypeId::of::<R>, name: std::any::type_name::<R>, access }
    }
}

/// A type-erased authorize function.
pub trait Authorize: Send + Sync {
    #[doc(hidden)]
    fn types(&self) -> CxTypes;

    #[doc(hidden)]
    fn check<'a>(&'a self, caller: &'a Caller) -> PolicyFuture<'a>;
}

/// The future of an authorize function. The output `true` allows the caller.
pub type PolicyFuture<'a> = BoxFuture<'a, Result<bool, BoxError>>;

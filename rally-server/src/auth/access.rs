//! Access: who may call a handler or see a page.

use std::any::TypeId;
use std::pin::Pin;

use rally_core::route::Route;

use super::caller::{Caller, CxTypes, Failed};

/// Who may call a handler or see a page, as it is written.
#[derive(Clone, Copy)]
pub struct Access {
    pub(crate) signed_in: bool,
    /// The route of the page whose policy it is.
    pub(crate) page: Option<fn() -> TypeId>,
    pub(crate) allow: Option<&'static dyn Authorize>,
}

impl Access {
    /// Anybody.
    pub const PUBLIC: Self = Self { signed_in: false, page: None, allow: None };
    /// Whoever has signed in.
    pub const SIGNED_IN: Self = Self { signed_in: true, ..Self::PUBLIC };

    /// Whoever may see the page.
    pub const fn page<R: Route>() -> Self {
        Self { page: Some(TypeId::of::<R>), ..Self::PUBLIC }
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.signed_in || self.allow.is_some()
    }

    /// Of those only whom the function lets.
    #[must_use]
    pub const fn allow(self, function: &'static dyn Authorize) -> Self {
        Self { allow: Some(function), ..self }
    }
}

/// The policy of a page. `#[page(signed_in)]` and `#[page(authorize = ..)]`
/// submit it, on the server only.
pub struct PolicyEntry {
    pub(crate) route: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) access: Access,
}

inventory::collect!(PolicyEntry);

impl PolicyEntry {
    /// The entry of a page's policy.
    pub const fn of<R: Route>(access: Access) -> Self {
        Self { route: TypeId::of::<R>, name: std::any::type_name::<R>, access }
    }
}

/// A function that says who may, its types forgotten.
pub trait Authorize: Send + Sync {
    #[doc(hidden)]
    fn types(&self) -> CxTypes;

    #[doc(hidden)]
    fn ask<'a>(&'a self, caller: &'a Caller) -> PolicyFuture<'a>;
}

/// What a function says.
pub type PolicyFuture<'a> = Pin<Box<dyn Future<Output = Result<bool, Failed>> + Send + 'a>>;

//! Access: who may call a handler or see a page.

use std::any::TypeId;
use std::marker::PhantomData;
use std::pin::Pin;

use rally_core::call::CallError;
use rally_core::route::Route;

use crate::cx::{CxTypes, HandlerCx, Standing, WRONG_CX};
use crate::handler::Failed;
use crate::uploads::Uploads;

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
    fn ask<'a>(&'a self, standing: &'a Standing) -> Asking<'a>;
}

/// What a function says.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<bool, Failed>> + Send + 'a>>;

/// The functions that [`Authorizer`] takes. It is implemented for all of them:
/// there is no other way to say that what an `async fn` returns is `Send`.
#[diagnostic::on_unimplemented(
    message = "this function cannot say who may",
    note = "write `#[server(private)] async fn may_edit(cx: &Cx, who: &Account) -> Result<bool>`, \
            where `Account` is the identity of `Cx`"
)]
pub trait Says<'a, C: HandlerCx>: Fn(&'a C, &'a C::Identity) -> Self::Said + Send + Sync {
    #[doc(hidden)]
    type Said: Future<Output = Result<bool, CallError>> + Send + 'a;
}

impl<'a, C, F, Said> Says<'a, C> for F
where
    C: HandlerCx,
    F: Fn(&'a C, &'a C::Identity) -> Said + Send + Sync,
    Said: Future<Output = Result<bool, CallError>> + Send + 'a,
{
    type Said = Said;
}

/// A function that says who may.
pub struct Authorizer<F, C> {
    function: F,
    cx: PhantomData<fn() -> C>,
}

impl<F, C: HandlerCx> Authorizer<F, C>
where
    F: for<'a> Says<'a, C>,
{
    /// Of this function.
    pub const fn of(function: F) -> Self {
        Self { function, cx: PhantomData }
    }
}

impl<F, C: HandlerCx> Authorize for Authorizer<F, C>
where
    F: for<'a> Says<'a, C>,
{
    fn types(&self) -> CxTypes {
        CxTypes::of::<C>()
    }

    fn ask<'a>(&'a self, standing: &'a Standing) -> Asking<'a> {
        Box::pin(async move {
            let cx = C::of(standing, Uploads::default()).ok_or(WRONG_CX)?;
            // Nobody is let who is not there.
            let Some(who) = cx.who() else { return Ok(false) };
            let said = (self.function)(&cx, who).await.map_err(|error| match error {
                CallError::App(never) => match never {},
                CallError::Failed(error) => error,
            })?;
            match cx.jar().take().is_empty() {
                true => Ok(said),
                false => Err(
                    "a function that says who may sets no cookies, and signs nobody in or out: \
                     let the handler or loader do it"
                        .into(),
                ),
            }
        })
    }
}

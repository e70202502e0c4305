//! The functions of an app that say who may, their types forgotten.

use std::marker::PhantomData;

use rally_core::call::CallError;

use crate::auth::access::{Authorize, PolicyFuture};
use crate::auth::caller::{Caller, CxTypes, WRONG_CX};
use crate::calls::cx::HandlerCx;
use crate::request::Uploads;

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

    fn ask<'a>(&'a self, caller: &'a Caller) -> PolicyFuture<'a> {
        Box::pin(async move {
            let cx = C::of(caller.clone(), Uploads::default()).ok_or(WRONG_CX)?;
            // Nobody is let who is not there.
            let Some(who) = cx.who() else { return Ok(false) };
            let said = (self.function)(&cx, who).await.map_err(|error| match error {
                CallError::App(never) => match never {},
                CallError::Failed(error) => error,
            })?;
            match cx.cookies().take().is_empty() {
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

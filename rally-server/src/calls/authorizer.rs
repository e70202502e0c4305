//! The app's authorize functions, type-erased.

use std::marker::PhantomData;

use rally_core::error::Error;

use crate::auth::access::{Authorize, PolicyFuture};
use crate::auth::caller::{Caller, CxTypes, WRONG_CX};
use crate::calls::cx::HandlerCx;
use crate::request::Uploads;

/// A function that [`Authorizer`] accepts.
///
/// This is a trait because a plain `Fn` bound cannot require that the future of an
/// `async fn` is `Send`.
#[diagnostic::on_unimplemented(
    message = "this is not an authorize function",
    note = "write `#[server_only] async fn may_edit(cx: &Cx, account: &Account) -> \
            Result<bool>`, where `Account` is the identity type of `Cx`"
)]
pub trait AuthorizeFn<'a, C: HandlerCx>:
    Fn(&'a C, &'a C::Identity) -> Self::Decision + Send + Sync
{
    #[doc(hidden)]
    type Decision: Future<Output = Result<bool, Error>> + Send + 'a;
}

impl<'a, C, F, Decision> AuthorizeFn<'a, C> for F
where
    C: HandlerCx,
    F: Fn(&'a C, &'a C::Identity) -> Decision + Send + Sync,
    Decision: Future<Output = Result<bool, Error>> + Send + 'a,
{
    type Decision = Decision;
}

/// An authorize function for the context `C`.
pub struct Authorizer<F, C> {
    function: F,
    cx: PhantomData<fn() -> C>,
}

impl<F, C: HandlerCx> Authorizer<F, C>
where
    F: for<'a> AuthorizeFn<'a, C>,
{
    /// Creates an authorizer from an authorize function.
    pub const fn of(function: F) -> Self {
        Self { function, cx: PhantomData }
    }
}

impl<F, C: HandlerCx> Authorize for Authorizer<F, C>
where
    F: for<'a> AuthorizeFn<'a, C>,
{
    fn types(&self) -> CxTypes {
        CxTypes::of::<C>()
    }

    fn check<'a>(&'a self, caller: &'a Caller) -> PolicyFuture<'a> {
        Box::pin(async move {
            let cx = C::of(caller.clone(), Uploads::default()).ok_or(WRONG_CX)?;
            let Some(identity) = cx.identity_of() else { return Ok(false) };
            let allowed = (self.function)(&cx, identity).await?;
            match cx.cookies().take().is_empty() {
                true => Ok(allowed),
                false => Err(
                    "an authorize function cannot set cookies, sign in or sign out: do that in \
                     the handler or loader"
                        .into(),
                ),
            }
        })
    }
}

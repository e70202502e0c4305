//! The app's authorize functions, type-erased.

use rally_core::error::Error;
use rally_core::route::Route;

use crate::auth::access::{Authorize, PolicyFuture};
use crate::auth::caller::{Caller, CxTypes, WRONG_CX};
use crate::calls::handler_cx::{CxFor, HandlerCx, Socket};
use crate::request::Uploads;

/// A function that [`Authorizer`] accepts: with context and identity, or with the route of
/// `Page` before them. `Shape` is inferred, and selects one of the two.
///
/// `Page` is `()` for a handler without `page`.
#[diagnostic::on_unimplemented(
    message = "this is not an authorize function for this place",
    label = "not an authorize function for this place",
    note = "write `#[server_only] async fn may_edit(cx: &Cx, account: &Account) -> Result<bool>`, where \
            `Account` is the identity type of `Cx`",
    note = "in `#[page(authorize = ..)]`, `#[server(page, authorize = ..)]` and \
            `#[loader(authorize = ..)]`, the function may have the route of that page first: \
            `async fn may_see(page: &Product, cx: &Cx, account: &Account) -> Result<bool>`"
)]
pub trait AuthorizeFn<Page, Shape>: Send + Sync {
    #[doc(hidden)]
    type Cx: HandlerCx;

    #[doc(hidden)]
    fn decide<'a>(
        &'a self,
        cx: &'a Self::Cx,
        identity: &'a <Self::Cx as HandlerCx>::Identity,
    ) -> PolicyFuture<'a>;
}

/// An `async fn` of two parameters. This is a trait because a plain `Fn` bound cannot require
/// that the future is `Send`.
pub trait WithoutRoute<'a, C: HandlerCx>:
    Fn(&'a C, &'a C::Identity) -> Self::Decision + Send + Sync
{
    #[doc(hidden)]
    type Decision: Future<Output = Result<bool, Error>> + Send + 'a;
}

impl<'a, C, F, Decision> WithoutRoute<'a, C> for F
where
    C: HandlerCx,
    F: Fn(&'a C, &'a C::Identity) -> Decision + Send + Sync,
    Decision: Future<Output = Result<bool, Error>> + Send + 'a,
{
    type Decision = Decision;
}

/// An `async fn` with a route before the two parameters.
pub trait WithRoute<'a, R: 'a, C: HandlerCx>:
    Fn(&'a R, &'a C, &'a C::Identity) -> Self::Decision + Send + Sync
{
    #[doc(hidden)]
    type Decision: Future<Output = Result<bool, Error>> + Send + 'a;
}

impl<'a, R, C, F, Decision> WithRoute<'a, R, C> for F
where
    R: 'a,
    C: HandlerCx,
    F: Fn(&'a R, &'a C, &'a C::Identity) -> Decision + Send + Sync,
    Decision: Future<Output = Result<bool, Error>> + Send + 'a,
{
    type Decision = Decision;
}

impl<Page, C, F> AuthorizeFn<Page, (C,)> for F
where
    C: CxFor<Socket>,
    F: for<'a> WithoutRoute<'a, C>,
{
    type Cx = C;

    fn decide<'a>(&'a self, cx: &'a C, identity: &'a C::Identity) -> PolicyFuture<'a> {
        Box::pin(async move { Ok(self(cx, identity).await?) })
    }
}

impl<Page, C, F> AuthorizeFn<Page, (Page, C)> for F
where
    Page: Route + Send + Sync,
    C: CxFor<Socket>,
    F: for<'a> WithRoute<'a, Page, C>,
{
    type Cx = C;

    /// Denies the call if the caller's page has another route or is not known.
    fn decide<'a>(&'a self, cx: &'a C, identity: &'a C::Identity) -> PolicyFuture<'a> {
        Box::pin(async move {
            let Some(page) = cx.page_of() else { return Ok(false) };
            let Some(route) = page.route::<Page>() else { return Ok(false) };
            Ok(self(&route, cx, identity).await?)
        })
    }
}

/// An authorize function, with the code that calls it.
pub struct Authorizer<F> {
    function: F,
    types: fn() -> CxTypes,
    check: for<'a> fn(&'a F, &'a Caller) -> PolicyFuture<'a>,
}

impl<F> Authorizer<F> {
    /// Creates an authorizer from an authorize function. `Page` is the route of the page whose
    /// requests it authorizes, or `()`.
    pub const fn of<Page, Shape>(function: F) -> Self
    where
        F: AuthorizeFn<Page, Shape>,
    {
        Self { function, types: CxTypes::of::<F::Cx>, check: check::<F, Page, Shape> }
    }
}

impl<F: Send + Sync> Authorize for Authorizer<F> {
    fn types(&self) -> CxTypes {
        (self.types)()
    }

    fn check<'a>(&'a self, caller: &'a Caller) -> PolicyFuture<'a> {
        (self.check)(&self.function, caller)
    }
}

fn check<'a, F: AuthorizeFn<Page, Shape>, Page, Shape>(
    function: &'a F,
    caller: &'a Caller,
) -> PolicyFuture<'a> {
    Box::pin(async move {
        let cx = F::Cx::of(caller.clone(), Uploads::default()).ok_or(WRONG_CX)?;
        match cx.identity_of() {
            Some(identity) => function.decide(&cx, identity).await,
            None => Ok(false),
        }
    })
}

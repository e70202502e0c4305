//! The last parameter of a handler or loader: the caller's identity.

use std::fmt;

use rally_core::route::Route;

use super::cx::Cx;
use super::http_cx::HttpCx;

/// An access rule whose callers have an identity: `signed_in`, `authorize`, and `page` if the page
/// has such a rule.
pub struct KnownCallers;

/// An access rule that lets guests in.
pub struct AnyCallers;

/// An access rule, as a type: [`KnownCallers`] or [`AnyCallers`].
pub trait CallersKind {
    /// The rule of this rule and another together.
    type And<Other: CallersKind>: CallersKind;
}

impl CallersKind for KnownCallers {
    type And<Other: CallersKind> = Self;
}

impl CallersKind for AnyCallers {
    type And<Other: CallersKind> = Other;
}

/// A route, with the kind of callers that its page has. `#[page]` implements it.
pub trait PageCallers: Route {
    /// [`KnownCallers`] for `#[page(signed_in)]` and `#[page(authorize = ..)]`.
    type Callers: CallersKind;
}

#[diagnostic::on_unimplemented(
    message = "this access lets guests in, so there may be no identity",
    label = "a guest has no identity",
    note = "write `Option<&Account>`, or an access that requires an identity: `signed_in`, \
            `authorize = ..`, or `page` if the page has `signed_in` or `authorize`"
)]
pub trait HasKnownCallers {}

impl HasKnownCallers for KnownCallers {}

#[diagnostic::on_unimplemented(
    message = "this access lets no guests in, so there always is an identity",
    label = "there always is an identity",
    note = "write `&Account` in place of `Option<&Account>`"
)]
pub trait HasGuests {}

impl HasGuests for AnyCallers {}

#[diagnostic::on_unimplemented(
    message = "`{I}` is not the identity of `{Self}`",
    label = "not the identity of the context",
    note = "the last parameter is `account: &Account`, where `Account` is the second argument of \
            `rally::Cx<State, Account>`"
)]
pub trait HasIdentity<I> {
    #[doc(hidden)]
    fn account(&self) -> Option<&I>;
}

impl<S, I> HasIdentity<I> for Cx<S, I> {
    fn account(&self) -> Option<&I> {
        self.identity()
    }
}

impl<S, I> HasIdentity<I> for HttpCx<S, I> {
    fn account(&self) -> Option<&I> {
        self.identity()
    }
}

/// A type of the last parameter, for a function with these callers and this context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the identity of a caller",
    label = "not an identity",
    note = "the last parameter is `account: &Account`, or `account: Option<&Account>` if the access lets \
            guests in, where `Account` is the second argument of `rally::Cx<State, Account>`; move \
            other parameters into the message"
)]
pub trait Account<'a, Callers, Cx>: Sized {
    #[doc(hidden)]
    fn of(cx: &'a Cx) -> Result<Self, NoIdentity>;
}

impl<'a, Callers, Cx, I> Account<'a, Callers, Cx> for &'a I
where
    Callers: HasKnownCallers,
    Cx: HasIdentity<I>,
{
    fn of(cx: &'a Cx) -> Result<Self, NoIdentity> {
        cx.account().ok_or(NoIdentity)
    }
}

impl<'a, Callers, Cx, I> Account<'a, Callers, Cx> for Option<&'a I>
where
    Callers: HasGuests,
    Cx: HasIdentity<I>,
{
    fn of(cx: &'a Cx) -> Result<Self, NoIdentity> {
        Ok(cx.account())
    }
}

/// The caller has no identity. This is unreachable: the guard has refused such a caller.
#[derive(Debug)]
pub struct NoIdentity;

impl fmt::Display for NoIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the function requires an identity, but the caller has none")
    }
}

impl std::error::Error for NoIdentity {}

//! The types that can be the context of a handler or loader.

use super::cx::Cx;
use super::http_cx::HttpCx;
use crate::auth::caller::{AdmittedPage, Caller, CxTypes, KnownType};
use crate::auth::response_cookies::ResponseCookies;
use crate::request::Uploads;

/// A type that can be the context of a handler or loader: [`Cx`] or [`HttpCx`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of a handler",
    note = "write the second parameter as `cx: &Cx<State>`, where `State` is the type of the value \
            passed to `App::new`"
)]
pub trait HandlerCx: Sized + Send + Sync + 'static {
    /// The app's state.
    type State: Send + Sync + 'static;

    /// The app's identity type.
    type Identity: Send + Sync + 'static;

    /// `true` if the function must be answered over HTTP.
    const OVER_HTTP: bool;

    #[doc(hidden)]
    fn of(caller: Caller, uploads: Uploads) -> Option<Self>;

    #[doc(hidden)]
    fn identity_of(&self) -> Option<&Self::Identity>;

    #[doc(hidden)]
    fn page_of(&self) -> Option<&AdmittedPage>;

    #[doc(hidden)]
    fn cookies(&self) -> &ResponseCookies;
}

/// A context that fits the transport of a function: [`Socket`] or [`Http`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of this function",
    note = "a handler with `http`, as in `#[server(public, http)]`, has `cx: &HttpCx`; a handler \
            without `http`, a job and an authorize function have `cx: &Cx`. `Cx` and `HttpCx` are \
            the app's names for `rally::Cx<State, Identity>` and `rally::HttpCx<State, Identity>`"
)]
pub trait CxFor<Transport>: HandlerCx {}

/// The transport of a handler without `http`. Its reply cannot set cookies.
pub struct Socket;

/// The transport of a handler with `http`.
pub struct Http;

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> CxFor<Socket> for Cx<S, I> {}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> CxFor<Http> for HttpCx<S, I> {}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> HandlerCx for Cx<S, I> {
    type State = S;
    type Identity = I;

    const OVER_HTTP: bool = false;

    fn of(caller: Caller, uploads: Uploads) -> Option<Self> {
        let Caller { info, state, identity, generations, page } = caller;
        let state = state.0.downcast().ok()?;
        let identity = match identity {
            Some(identity) => Some(identity.value.downcast().ok()?),
            None => None,
        };
        let cookies = ResponseCookies::new(info, generations);
        Some(Self { state, identity, cookies, uploads, page })
    }

    fn identity_of(&self) -> Option<&I> {
        self.identity()
    }

    fn page_of(&self) -> Option<&AdmittedPage> {
        self.page.as_deref()
    }

    fn cookies(&self) -> &ResponseCookies {
        &self.cookies
    }
}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> HandlerCx for HttpCx<S, I> {
    type State = S;
    type Identity = I;

    const OVER_HTTP: bool = true;

    fn of(caller: Caller, uploads: Uploads) -> Option<Self> {
        Cx::of(caller, uploads).map(|cx| Self { cx })
    }

    fn identity_of(&self) -> Option<&I> {
        self.cx.identity()
    }

    fn page_of(&self) -> Option<&AdmittedPage> {
        self.cx.page_of()
    }

    fn cookies(&self) -> &ResponseCookies {
        &self.cx.cookies
    }
}

impl CxTypes {
    pub(crate) fn of<C: HandlerCx>() -> Self {
        Self { state: KnownType::of::<C::State>(), identity: KnownType::of::<C::Identity>() }
    }
}

//! `Cx`, the context of a handler or loader.

use std::fmt;
use std::io;
use std::sync::Arc;

use rally_core::form::File;

use crate::auth::caller::{Caller, CxTypes, KnownType};
use crate::auth::response_cookies::ResponseCookies;
use crate::request::Cookie;
use crate::request::SessionId;
use crate::request::uploads::{Upload, Uploads};

/// The context of a handler or loader: state, identity, session, cookies and uploaded files.
///
/// `S` is the type of the app's state. `I` is the app's identity type. A type alias in
/// the app keeps signatures short:
///
/// ```
/// struct Shop { currency: &'static str }
/// struct Account { name: String }
///
/// type Cx = rally_server::calls::Cx<Shop, Account>;
///
/// async fn price(cents: u64, cx: &Cx) -> String {
///     let name = cx.identity().map_or("visitor", |account| &account.name);
///     format!("{cents} {} for {name}", cx.state().currency)
/// }
/// ```
pub struct Cx<S = (), I = ()> {
    state: Arc<S>,
    identity: Option<Arc<I>>,
    cookies: ResponseCookies,
    uploads: Uploads,
}

impl<S, I> Cx<S, I> {
    /// Returns the app's state.
    ///
    /// This is the value passed to [`App::new`](crate::app::App::new), or the state that
    /// [`from_session`](crate::app::App::from_session) has returned for this caller.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Returns the caller's identity; `None` if the caller is anonymous.
    ///
    /// The identity may be of a caller who has not signed in, for example a guest with a cart:
    /// see [`Auth::is_authenticated`](crate::auth::Auth::is_authenticated). To require a
    /// sign-in, use `#[server(signed_in)]`.
    pub fn identity(&self) -> Option<&I> {
        self.identity.as_deref()
    }

    /// Returns the caller's identity, for a handler that requires an identity.
    ///
    /// ```
    /// # struct Shop; struct Account { id: i64 }
    /// # impl Shop { async fn order(&self, by: i64) -> Result<(), std::io::Error> { Ok(()) } }
    /// # type Cx = rally_server::calls::Cx<Shop, Account>;
    /// # use rally_core::call::CallError;
    /// // #[server(signed_in)]
    /// async fn order(cx: &Cx) -> Result<(), CallError> {
    ///     let account = cx.signed_in()?;
    ///     Ok(cx.state().order(account.id).await?)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the caller is anonymous. This is possible only in a handler or loader with `public`,
    /// and in a handler with `page` if the page is public. `?` then fails the call.
    pub fn signed_in(&self) -> Result<&I, NotSignedIn> {
        self.identity().ok_or(NotSignedIn)
    }

    /// Returns the browser's session, which all of its tabs share.
    ///
    /// An anonymous caller has a session too. A client without cookies has a new session for
    /// each HTTP request and each socket.
    pub fn session(&self) -> SessionId {
        self.cookies.session()
    }

    /// Returns the request's host, in lowercase and without a port.
    ///
    /// The text is empty if the request has no `Host` header.
    pub fn hostname(&self) -> &str {
        self.cookies.info().hostname()
    }

    /// Sets a cookie.
    ///
    /// The cookie of a handler is sent with the handler's `Ok` value, and with an `Err` of its
    /// error type. The cookie of a loader is sent with the document, and with a redirect. The
    /// cookie is not sent if the handler or loader fails in another way.
    ///
    /// Only loaders and handlers with `#[server(.., http)]` can set cookies. In other handlers,
    /// setting a cookie fails the call, because a reply on a socket cannot contain cookies. If
    /// a loader sets a cookie during a navigation, the browser loads the document over HTTP.
    ///
    /// ```
    /// # use rally_server::{calls::Cx, request::Cookie};
    /// use std::time::Duration;
    ///
    /// fn choose_currency(currency: &str, cx: &Cx) {
    ///     let month = Duration::from_secs(30 * 24 * 60 * 60);
    ///     cx.set_cookie(Cookie::new("currency", currency).max_age(month));
    /// }
    /// ```
    pub fn set_cookie(&self, cookie: Cookie) {
        self.cookies.set(cookie);
    }

    /// Removes a cookie with the path `/` from the browser.
    ///
    /// For another path, pass [`Cookie::removal`] with that path to
    /// [`set_cookie`](Self::set_cookie), whose limits also apply to this method.
    pub fn remove_cookie(&self, name: impl Into<std::borrow::Cow<'static, str>>) {
        self.cookies.set(Cookie::removal(name));
    }

    /// Starts a new session and returns its id. Store the account under this id.
    ///
    /// The session is new because another person may know the id of the old session. Rally
    /// does not delete the app's data of the old session: the handler must.
    /// [`session`](Self::session) returns the old id before this call, and then the new id.
    ///
    /// When the handler has ended, each socket of the old session in this process
    /// authenticates again before its next request. The limits of
    /// [`set_cookie`](Self::set_cookie) apply.
    ///
    /// ```
    /// # use rally_server::calls::Cx;
    /// # struct Shop;
    /// # impl Shop {
    /// #     async fn store(&self, _session: &str, _account: i64) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// async fn let_in(account: i64, cx: &Cx<Shop>) -> std::io::Result<()> {
    ///     let session = cx.sign_in();
    ///     cx.state().store(&session.to_string(), account).await
    /// }
    /// ```
    pub fn sign_in(&self) -> SessionId {
        self.cookies.sign_in()
    }

    /// Removes the session's cookie from the browser.
    ///
    /// Rally does not delete the app's data of [`session`](Self::session): the handler must.
    ///
    /// When the handler has ended, each socket of the session in this process authenticates
    /// again before its next request. The limits of [`set_cookie`](Self::set_cookie) apply.
    ///
    /// ```
    /// # use rally_server::calls::Cx;
    /// # struct Shop;
    /// # impl Shop {
    /// #     async fn remove(&self, _session: &str) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// async fn let_go(cx: &Cx<Shop>) -> std::io::Result<()> {
    ///     cx.sign_out();
    ///     cx.state().remove(&cx.session().to_string()).await
    /// }
    /// ```
    pub fn sign_out(&self) {
        self.cookies.sign_out();
    }

    /// Opens a file that was uploaded with the call. Reading starts at the first byte.
    ///
    /// ```
    /// # use rally_server::calls::Cx;
    /// # use rally_core::form::File;
    /// use tokio::io::AsyncReadExt;
    ///
    /// async fn begins_as_png(photo: &File, cx: &Cx) -> std::io::Result<bool> {
    ///     let mut upload = cx.file(photo).await?;
    ///     let mut start = [0; 4];
    ///     upload.read_exact(&mut start).await?;
    ///     Ok(start == *b"\x89PNG")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file was not uploaded with this call.
    pub async fn file(&self, file: &File) -> io::Result<Upload> {
        self.uploads.open(file)
    }
}

/// The error of [`Cx::signed_in`]: the caller is anonymous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSignedIn;

impl fmt::Display for NotSignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "`cx.signed_in()` failed because the visitor is anonymous: if the handler requires a \
             sign-in, write `signed_in` instead of `public` or `page` in its `#[server(..)]`; if not, \
             call `cx.identity()`",
        )
    }
}

impl std::error::Error for NotSignedIn {}

/// A type that can be the context of a handler: [`Cx`].
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

    #[doc(hidden)]
    fn of(caller: Caller, uploads: Uploads) -> Option<Self>;

    #[doc(hidden)]
    fn identity_of(&self) -> Option<&Self::Identity>;

    #[doc(hidden)]
    fn cookies(&self) -> &ResponseCookies;
}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> HandlerCx for Cx<S, I> {
    type State = S;
    type Identity = I;

    fn of(caller: Caller, uploads: Uploads) -> Option<Self> {
        let Caller { info, state, identity, generations } = caller;
        let state = state.0.downcast().ok()?;
        let identity = match identity {
            Some(identity) => Some(identity.value.downcast().ok()?),
            None => None,
        };
        let cookies = ResponseCookies::new(info, generations);
        Some(Self { state, identity, cookies, uploads })
    }

    fn identity_of(&self) -> Option<&I> {
        self.identity()
    }

    fn cookies(&self) -> &ResponseCookies {
        &self.cookies
    }
}

impl CxTypes {
    pub(crate) fn of<C: HandlerCx>() -> Self {
        Self { state: KnownType::of::<C::State>(), identity: KnownType::of::<C::Identity>() }
    }
}

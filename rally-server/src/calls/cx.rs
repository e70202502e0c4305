//! The context of a handler.

use std::fmt;
use std::io;
use std::sync::Arc;

use rally_core::form::File;

use crate::auth::caller::{Caller, CxTypes, KnownType};
use crate::auth::response_cookies::ResponseCookies;
use crate::request::Cookie;
use crate::request::SessionId;
use crate::request::uploads::{Upload, Uploads};

/// What the server gives a handler or loader.
///
/// `S` is the app's state, `I` its identity type. An alias beside them keeps
/// signatures short:
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
    /// The app's state, as given to [`App::new`](crate::app::App::new), or as
    /// [`from_session`](crate::app::App::from_session) made it for this visitor.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Who it is; `None` when nobody knows. That somebody is known does not say
    /// that they have signed in, where [`Auth::is_authenticated`] tells the two
    /// apart: an access does.
    ///
    /// [`Auth::is_authenticated`]: crate::auth::Auth::is_authenticated
    pub fn identity(&self) -> Option<&I> {
        self.identity.as_deref()
    }

    /// Who it is, where that is known: behind an access other than `public`.
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
    /// When nobody knows, which fails the call: the access let anybody in.
    pub fn signed_in(&self) -> Result<&I, NotSignedIn> {
        self.identity().ok_or(NotSignedIn)
    }

    /// The browser's session: the same for all of its tabs. It is there for
    /// those who have not signed in, too.
    ///
    /// A client that keeps no cookies has another one each time.
    pub fn session(&self) -> SessionId {
        self.cookies.session()
    }

    /// The host that was asked, in lowercase and without a port; empty when a
    /// client does not say.
    pub fn hostname(&self) -> &str {
        self.cookies.info().hostname()
    }

    /// Sets a cookie, once the handler has returned a value or its own error:
    /// one that fails sets none.
    ///
    /// For loaders, and for calls with `#[server(.., http)]`: others have no
    /// answer that a cookie could go with, and fail. A loader that sets one
    /// while the browser goes from page to page makes it load the document.
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

    /// Removes a cookie. Where this can be done, [`set_cookie`](Self::set_cookie)
    /// says.
    pub fn remove_cookie(&self, name: impl Into<std::borrow::Cow<'static, str>>) {
        self.cookies.set(Cookie::removal(name));
    }

    /// Gives the browser a new session, which is returned: store the account
    /// under it. Where this can be done, [`set_cookie`](Self::set_cookie) says.
    ///
    /// The old one was known before, perhaps to somebody else. What is stored
    /// under it is the handler's own to remove: [`session`](Self::session) says
    /// which it is until this is called. Once the handler has ended, the other
    /// tabs' sockets find out who they are anew.
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

    /// Takes the session's cookie from the browser. What is stored under
    /// [`session`](Self::session) is the handler's own to remove. Where this
    /// can be done, [`set_cookie`](Self::set_cookie) says.
    ///
    /// When the handler has ended, the sockets of all tabs of this session find
    /// out who they are anew, before they do anything else.
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

    /// Reads a file that came with the call: from its beginning, each time.
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
    /// When the file did not come with the call.
    pub async fn file(&self, file: &File) -> io::Result<Upload> {
        self.uploads.open(file)
    }
}

/// It is not known who somebody is, where a handler needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotSignedIn;

impl fmt::Display for NotSignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "nobody knows who it is: write `#[server(signed_in)]` in place of `public`, or ask \
             `cx.identity()`",
        )
    }
}

impl std::error::Error for NotSignedIn {}

/// A type that handlers can have as their context: [`Cx`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the context of a handler",
    note = "the second parameter is `cx: &Cx<State>`, where `State` is what `App::new` is given"
)]
pub trait HandlerCx: Sized + Send + Sync + 'static {
    /// The app's state.
    type State: Send + Sync + 'static;

    /// Who may be asking.
    type Identity: Send + Sync + 'static;

    #[doc(hidden)]
    fn of(caller: Caller, uploads: Uploads) -> Option<Self>;

    #[doc(hidden)]
    fn who(&self) -> Option<&Self::Identity>;

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

    fn who(&self) -> Option<&I> {
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

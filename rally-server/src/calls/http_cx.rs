//! `HttpCx`, the context of a handler or loader that sets cookies.

use std::borrow::Cow;
use std::ops::Deref;

use super::cx::Cx;
use crate::request::{Cookie, SessionId};

/// The context of a handler or loader that sets cookies, signs in or signs out.
///
/// It has everything that [`Cx`] has. A handler with `#[server(.., http)]` takes `cx: &HttpCx`,
/// because only a response over HTTP can set a cookie. A loader may take it too. The browser
/// then loads the document of the page for each navigation to it. In an app:
///
/// ```
/// # struct Shop; struct Account;
/// pub type Cx = rally_server::calls::Cx<Shop, Account>;
/// pub type HttpCx = rally_server::calls::HttpCx<Shop, Account>;
/// ```
pub struct HttpCx<S = (), I = ()> {
    pub(super) cx: Cx<S, I>,
}

impl<S, I> Deref for HttpCx<S, I> {
    type Target = Cx<S, I>;

    fn deref(&self) -> &Cx<S, I> {
        &self.cx
    }
}

impl<S, I> HttpCx<S, I> {
    /// Sets a cookie.
    ///
    /// The cookie of a handler is sent with the handler's `Ok` value, and with an `Err` of its
    /// error type. The cookie of a loader is sent with the document, and with a redirect. The
    /// cookie is not sent if the handler or loader fails in another way.
    ///
    /// ```
    /// # use rally_server::{calls::HttpCx, request::Cookie};
    /// use std::time::Duration;
    ///
    /// fn choose_currency(currency: &str, cx: &HttpCx) {
    ///     let month = Duration::from_secs(30 * 24 * 60 * 60);
    ///     cx.set_cookie(Cookie::new("currency", currency).max_age(month));
    /// }
    /// ```
    pub fn set_cookie(&self, cookie: Cookie) {
        self.cx.cookies.set(cookie);
    }

    /// Removes a cookie with the path `/` from the browser.
    ///
    /// For another path, pass [`Cookie::removal`] with that path to
    /// [`set_cookie`](Self::set_cookie), whose limits also apply to this method.
    pub fn remove_cookie(&self, name: impl Into<Cow<'static, str>>) {
        self.cx.cookies.set(Cookie::removal(name));
    }

    /// Starts a new session and returns its id. Store the account under this id.
    ///
    /// The session is new because another person may know the id of the old session. The app
    /// stores which account a session has, so the handler must also delete what it has stored for
    /// the old session: otherwise the old id still belongs to the old account.
    /// [`session`](Cx::session) returns the old id before this call, and then the new id.
    ///
    /// When the handler has ended, each socket of the old session authenticates again before its
    /// next request, if it is in this process. A socket in another process of the app keeps its
    /// identity for up to half an hour. The limits of [`set_cookie`](Self::set_cookie) apply.
    ///
    /// ```
    /// # use rally_server::calls::HttpCx;
    /// # struct Shop;
    /// # impl Shop {
    /// #     async fn remove(&self, _session: &str) -> std::io::Result<()> { Ok(()) }
    /// #     async fn store(&self, _session: &str, _account: i64) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// async fn let_in(account: i64, cx: &HttpCx<Shop>) -> std::io::Result<()> {
    ///     cx.state().remove(&cx.session().to_string()).await?;
    ///     let session = cx.sign_in();
    ///     cx.state().store(&session.to_string(), account).await
    /// }
    /// ```
    pub fn sign_in(&self) -> SessionId {
        self.cx.cookies.sign_in()
    }

    /// Removes the session's cookie from the browser. This alone does not end the session: a copy of
    /// the cookie still works.
    ///
    /// The app stores which account a session has, so the handler must also delete what it has
    /// stored for [`session`](Cx::session).
    ///
    /// When the handler has ended, each socket of the session authenticates again before its next
    /// request, if it is in this process. A socket in another process of the app keeps its identity
    /// for up to half an hour. The limits of [`set_cookie`](Self::set_cookie) apply.
    ///
    /// ```
    /// # use rally_server::calls::HttpCx;
    /// # struct Shop;
    /// # impl Shop {
    /// #     async fn remove(&self, _session: &str) -> std::io::Result<()> { Ok(()) }
    /// # }
    /// async fn let_go(cx: &HttpCx<Shop>) -> std::io::Result<()> {
    ///     cx.sign_out();
    ///     cx.state().remove(&cx.session().to_string()).await
    /// }
    /// ```
    pub fn sign_out(&self) {
        self.cx.cookies.sign_out();
    }
}

/// A context that can set cookies. No type implements it: its message says what to write when
/// code calls these methods of [`HttpCx`] on a [`Cx`].
#[diagnostic::on_unimplemented(
    message = "`cx: &Cx` cannot set cookies, sign in or sign out",
    note = "a handler needs `http` and `cx: &HttpCx`: write `#[server(public, http)] async fn \
            name(msg: Message, cx: &HttpCx)`; a loader needs only `cx: &HttpCx`"
)]
#[doc(hidden)]
pub trait SetsCookies {
    fn sign_in(&self) -> SessionId;
    fn sign_out(&self);
    fn set_cookie(&self, cookie: Cookie);
    fn remove_cookie(&self, name: Cow<'static, str>);
}

#[doc(hidden)]
impl<S, I> Cx<S, I> {
    pub fn sign_in(&self) -> SessionId
    where
        Self: SetsCookies,
    {
        SetsCookies::sign_in(self)
    }

    pub fn sign_out(&self)
    where
        Self: SetsCookies,
    {
        SetsCookies::sign_out(self);
    }

    pub fn set_cookie(&self, cookie: Cookie)
    where
        Self: SetsCookies,
    {
        SetsCookies::set_cookie(self, cookie);
    }

    pub fn remove_cookie(&self, name: impl Into<Cow<'static, str>>)
    where
        Self: SetsCookies,
    {
        SetsCookies::remove_cookie(self, name.into());
    }
}

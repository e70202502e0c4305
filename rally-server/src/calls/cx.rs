//! `Cx`, the context of a handler or loader.

use std::fmt;
use std::io;
use std::sync::Arc;

use rally_core::form::File;
use rally_core::route::Route;

use crate::auth::caller::AdmittedPage;
use crate::auth::response_cookies::ResponseCookies;
use crate::request::SessionId;
use crate::request::uploads::{Upload, Uploads};

/// The context of a handler or loader: state, identity, session and uploaded files.
///
/// A function that sets cookies, signs in or signs out has an [`HttpCx`](super::HttpCx).
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
    pub(super) state: Arc<S>,
    pub(super) identity: Option<Arc<I>>,
    pub(super) cookies: ResponseCookies,
    pub(super) uploads: Uploads,
    pub(super) page: Option<Arc<AdmittedPage>>,
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
    /// A handler or loader takes it as its last parameter: `account: &Account`, or
    /// `account: Option<&Account>` if the access lets guests in. This method is for functions that
    /// they call.
    ///
    /// The identity may be of a caller who has not signed in, for example a guest with a cart:
    /// see [`Auth::is_authenticated`](crate::auth::Auth::is_authenticated). To require a
    /// sign-in, use `#[server(signed_in)]`.
    pub fn identity(&self) -> Option<&I> {
        self.identity.as_deref()
    }

    /// Returns the route of the page that the guard has admitted the caller to: in a handler with
    /// `page` the page of its file, in a loader its own page.
    ///
    /// The route is that of the page that was checked. A message is not checked: it could name
    /// another record than the page that the caller may see. So a handler with `page` takes the id
    /// of the record from here.
    ///
    /// ```
    /// # use rally_core::call::CallError;
    /// # use rally_core::route::{Params, Route};
    /// # use rally_server::calls::Cx;
    /// # struct Ticket { id: i64 }
    /// # impl Route for Ticket {
    /// #     const PATTERN: &'static str = "/tickets/:id";
    /// #     type Context = rally_core::context::ClientContext;
    /// #     fn from_params(params: &Params) -> Option<Self> { Some(Self { id: params.path("id")? }) }
    /// #     fn write_params(&self, params: &mut Params) { params.set_path("id", &self.id) }
    /// # }
    /// // #[server(page)]
    /// async fn close(cx: &Cx) -> Result<(), CallError> {
    ///     let id = cx.page::<Ticket>()?.id;
    ///     // close the ticket `id`, and no other
    ///     # let _ = id;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// This is the page that the call was made on, which the client names in the call: the shown
    /// page, even while the address bar has another URL already. For a posted form it is the form's
    /// page. If a call over HTTP names no page, it is that of the header `Referer`.
    ///
    /// # Errors
    ///
    /// If the admitted page has another route, if the handler has no `page`, or if a call over HTTP
    /// does not come from that page.
    pub fn page<R: Route>(&self) -> Result<R, NotOnPage> {
        let page = self.page.as_ref().and_then(|page| page.route());
        page.ok_or(NotOnPage(std::any::type_name::<R>()))
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

/// The error of [`Cx::page`]: the guard has not admitted the caller to a page with this route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOnPage(&'static str);

impl fmt::Display for NotOnPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(route) = self;
        write!(
            f,
            "`cx.page()` failed because the call does not come from the page `{route}`: a handler \
             needs `page`, as in `#[server(page)]`, and the route of the page in its file"
        )
    }
}

impl std::error::Error for NotOnPage {}

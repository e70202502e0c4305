//! Authentication and authorization of callers.

pub mod access;
pub mod caller;
pub(crate) mod erased;
pub(crate) mod guard;
pub(crate) mod response_cookies;
pub(crate) mod session_generations;
mod visit;

use std::fmt;

use rally_core::error::Error;

use crate::request::SessionId;
use crate::request::info::RequestInfo;

pub use visit::Visit;

/// Authentication of callers, passed to [`App::auth`](crate::app::App::auth).
///
/// ```
/// use rally_server::app::App;
/// use rally_core::error::Error;
/// use rally_server::auth::{Auth, Credentials};
///
/// struct Shop { /* a database */ }
///
/// impl Shop {
///     async fn account_of(&self, session: &str) -> Result<Option<Account>, std::io::Error> {
///         # let _ = session;
///         Ok(None)
///     }
/// }
///
/// struct Account { name: String }
///
/// struct Accounts;
///
/// impl Auth<Shop> for Accounts {
///     type Identity = Account;
///
///     // In an app: -> rally::Result<Option<Account>>
///     async fn resolve(
///         &self,
///         shop: &Shop,
///         credentials: &Credentials,
///     ) -> Result<Option<Account>, Error> {
///         match credentials {
///             Credentials::Session(id) => Ok(shop.account_of(&id.to_string()).await?),
///             Credentials::Bearer(_) => Ok(None),
///         }
///     }
///
///     fn redirect_url(&self, from: &str) -> String {
///         // In an app: rally::href(SignIn { return_to: from.parse().ok() })
///         let from: String = form_urlencoded::byte_serialize(from.as_bytes()).collect();
///         format!("/sign-in?return_to={from}")
///     }
/// }
///
/// let app = App::new(Shop {}).auth(Accounts);
/// # drop(app);
/// ```
pub trait Auth<S>: Send + Sync + 'static {
    /// The identity of a caller. Rally never sends the identity to the browser.
    type Identity: Send + Sync + 'static;

    /// Returns the identity of a caller, or `None` if the caller is anonymous.
    ///
    /// Over HTTP, this method runs for each page request, posted form and call. It runs again
    /// for each call that a posted form makes, and again when the files of a call have been
    /// received.
    ///
    /// For a socket, this method runs when the socket opens. Before a request on the socket
    /// it runs again in three cases: after a sign-in or sign-out of the same session in this
    /// process, after this method or `from_session` has failed, and if the last run was more
    /// than half an hour ago.
    ///
    /// # Errors
    ///
    /// If the identity cannot be determined now, for example because a service is down. `?`
    /// converts any error. An HTTP request is then answered with 500. A request on a socket is
    /// refused if it requires a sign-in, and the next request runs this method again.
    fn resolve(
        &self,
        state: &S,
        credentials: &Credentials,
    ) -> impl Future<Output = Result<Option<Self::Identity>, Error>> + Send;

    /// Returns `true` if the identity has signed in, as `#[server(signed_in)]` requires.
    ///
    /// The default is `true`. Override this method if some identities have not signed in,
    /// such as guests with a cart, or accounts whose second factor is missing.
    fn is_authenticated(&self, identity: &Self::Identity) -> bool {
        let _ = identity;
        true
    }

    /// Returns the user id that the journal records, such as the account's number.
    ///
    /// The default is `None`. Avoid personal data: the journal keeps the id as long as the
    /// recorded messages.
    fn user_id(&self, identity: &Self::Identity) -> Option<String> {
        let _ = identity;
        None
    }

    /// Returns the URL of the sign-in page.
    ///
    /// `from` is the path and query of the page that the caller requested, or of the page
    /// that made the call. If that page is unknown, `from` is `/`.
    fn redirect_url(&self, from: &str) -> String;
}

/// The credentials of a request: the bearer token if there is one, otherwise the session.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The browser's session. A new session has no account yet.
    Session(SessionId),
    /// The token of the header `Authorization: Bearer`, for example from a mobile app.
    Bearer(String),
}

impl Credentials {
    pub(crate) fn of(info: &RequestInfo) -> Self {
        match info.bearer() {
            Some(token) => Self::Bearer(token.to_owned()),
            None => Self::Session(info.session()),
        }
    }
}

/// Hides the session id and the token, because they are secrets and an app may log this type.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

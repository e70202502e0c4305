//! Auth: who somebody is, as the app says.

pub mod access;
pub mod caller;
pub(crate) mod erased;
pub(crate) mod guard;
pub(crate) mod response_cookies;
pub(crate) mod session_generations;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rally_core::context::ClientContext;

use crate::request::SessionId;
use crate::request::info::RequestInfo;

/// Who somebody is: what [`App::auth`](crate::app::App::auth) is given.
///
/// ```
/// use rally_server::app::App;
/// use rally_server::auth::{Auth, AuthError, Credentials};
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
///     async fn resolve(
///         &self,
///         shop: &Shop,
///         credentials: &Credentials,
///     ) -> Result<Option<Account>, AuthError> {
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
    /// Whoever it is. It stays on the server.
    type Identity: Send + Sync + 'static;

    /// Finds out who somebody is: for each HTTP request, and again for each call
    /// of a form and when the files of a call have come; for a socket when
    /// it opens, when somebody signed in or out of its session in another tab,
    /// and before a message once that is more than half an hour ago.
    ///
    /// # Errors
    ///
    /// When it cannot be found out now, because a service is down: `?` makes
    /// the error from any other. Requests are then answered with 500, and
    /// sockets do nothing that is not for everybody, until it can be found out
    /// again. That somebody is nobody is no error, but `None`.
    fn resolve(
        &self,
        state: &S,
        credentials: &Credentials,
    ) -> impl Future<Output = Result<Option<Self::Identity>, AuthError>> + Send;

    /// Whether this is somebody who has signed in: what `signed_in` asks for.
    /// `true` unless there are others, such as guests with a cart, or those
    /// whose second factor is missing.
    fn is_authenticated(&self, who: &Self::Identity) -> bool {
        let _ = who;
        true
    }

    /// By what the journal is to know somebody: a number or a name that the app
    /// finds them by. `None` unless said otherwise, and then it notes nobody.
    ///
    /// It is kept as long as the messages are, so it is better no address.
    fn user_id(&self, who: &Self::Identity) -> Option<String> {
        let _ = who;
        None
    }

    /// Where to sign in, for somebody who has asked for the page `from` of this
    /// app: path and query.
    fn redirect_url(&self, from: &str) -> String;
}

/// What a request brings to say who it is from.
///
/// A client without cookies sends `Authorization: Bearer token`; then cookies do
/// not count for who it is, should it send some.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The browser's session. It may be new, and then nobody's.
    Session(SessionId),
    /// The token, as it was sent.
    Bearer(String),
}

impl Credentials {
    /// The credentials of a request. Whoever sends a token means that one,
    /// whatever cookies go with it.
    pub(crate) fn of(info: &RequestInfo) -> Self {
        match info.bearer() {
            Some(token) => Self::Bearer(token.to_owned()),
            None => Self::Session(info.session()),
        }
    }
}

/// It goes into logs, and a token is a secret.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Session(_) => "Session(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

/// It cannot be said who somebody is. `?` makes it from any error.
#[derive(Debug)]
pub struct AuthError(pub(crate) Box<dyn Error + Send + Sync>);

impl AuthError {
    /// One that says this in the log.
    ///
    /// ```
    /// # use rally_server::auth::AuthError;
    /// let error = AuthError::new("the directory does not answer");
    /// # drop(error);
    /// ```
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}

impl<Cause: Error + Send + Sync + 'static> From<Cause> for AuthError {
    fn from(cause: Cause) -> Self {
        Self(Box::new(cause))
    }
}

/// What [`App::from_session`](crate::app::App::from_session) is told.
#[derive(Debug)]
pub struct Visit<S = (), I = ()> {
    /// The app's state, as given to `App::new`.
    pub state: Arc<S>,
    /// Who it is.
    pub identity: Option<Arc<I>>,
    /// The browser's session.
    pub session: SessionId,
    /// The host that was asked, in lowercase and without a port.
    pub hostname: String,
    /// What the browser says of itself. Its path is empty for a call and for a
    /// socket, which is there for many pages.
    pub browser: ClientContext,
}

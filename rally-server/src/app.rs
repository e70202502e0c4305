//! The app: its state, authentication, files and settings.

mod boot;
mod client;
#[cfg(feature = "jobs")]
mod jobs;
#[cfg(feature = "sqlite")]
mod journal;

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use rally_core::context::Context;
use rally_core::error::Error;

use crate::auth::erased::{FromSession, Resolver, Resolves};
use crate::auth::{Auth, Visit};
use crate::background::Boot;
use crate::config::Environment;
use crate::http::Mount;
use crate::limits::Limits;
use crate::security::ContentSecurityPolicy;
use crate::telemetry::recorder::Recorder;
use client::ClientSettings;

pub(crate) use boot::Service;
pub use client::{Client, Clients};

/// A web app, built with its state, authentication, files and settings.
///
/// `S` is the type of the state, which handlers can access. `I` is the identity type of
/// callers, which [`App::auth`] sets.
///
/// ```
/// use rally_server::app::App;
///
/// struct Shop { currency: &'static str }
///
/// let app = App::new(Shop { currency: "EUR" }).dist("examples/shop/dist");
/// # drop(app);
/// ```
pub struct App<S = (), I = ()> {
    state: S,
    auth: Option<Box<dyn Resolver>>,
    from_session: Option<FromSession>,
    identity: PhantomData<fn() -> I>,
    client: ClientSettings,
    limits: Limits,
    environment: Option<Environment>,
    origins: Vec<String>,
    files: Vec<Mount>,
    recorder: Option<Arc<dyn Recorder>>,
    background: Option<Boot>,
    /// `true` in a `TestApp`. The app then ignores `APP_ENV` and `RALLY_DEV`. Unless its
    /// environment is production, it serves the developers' view of jobs.
    pub(crate) is_test: bool,
}

impl<S: Send + Sync + 'static> App<S> {
    /// Creates an app with this state, such as a database pool, a mailer and settings.
    ///
    /// Handlers access the state with [`Cx::state`](crate::calls::Cx::state).
    pub fn new(state: S) -> Self {
        let limits = Limits::default();
        Self {
            state,
            auth: None,
            from_session: None,
            identity: PhantomData,
            client: ClientSettings::default(),
            limits,
            environment: None,
            files: Vec::new(),
            recorder: None,
            origins: Vec::new(),
            background: None,
            is_test: false,
        }
    }

    /// Sets the authentication of callers.
    ///
    /// Handlers then receive the identity with `cx: &Cx<Shop, Account>`, and can require a
    /// sign-in.
    #[must_use]
    pub fn auth<A: Auth<S>>(self, auth: A) -> App<S, A::Identity> {
        App {
            auth: Some(Box::new(Resolves::of(auth))),
            identity: PhantomData,
            state: self.state,
            from_session: self.from_session,
            client: self.client,
            limits: self.limits,
            environment: self.environment,
            files: self.files,
            recorder: self.recorder,
            origins: self.origins,
            background: self.background,
            is_test: self.is_test,
        }
    }
}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Sets a function that returns the client context and the state for a caller.
    ///
    /// Pages receive the client context on the server, and in the browser after hydration.
    /// Its path, language and theme are those of the request, whatever the function returns as
    /// [`browser`](Context::browser). To choose a language or theme for the visitor, call
    /// [`Visit::set_lang`] or [`Visit::set_dark_mode`].
    /// Handlers and loaders receive the returned state instead of the app's own state.
    ///
    /// The function runs after [`Auth::resolve`] and before a loader or handler. On a socket, it
    /// also runs if `Auth::resolve` has failed: the caller is then anonymous. If the function
    /// fails, the request fails: over HTTP, the response is a 500. Call [`auth`](App::auth)
    /// before `from_session`, because the function receives the identity.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use rally_core::error::Error;
    /// use rally_core::context::ClientContext;
    /// use rally_server::app::App;
    /// use rally_server::auth::Visit;
    ///
    /// struct Shop { tenant: String }
    ///
    /// async fn from_session(visit: Visit<Shop>) -> Result<(ClientContext, Arc<Shop>), Error> {
    ///     let shop = Shop { tenant: visit.hostname };
    ///     Ok((visit.browser, Arc::new(shop)))
    /// }
    ///
    /// let app = App::new(Shop { tenant: String::new() }).from_session(from_session);
    /// # drop(app);
    /// ```
    #[must_use]
    pub fn from_session<C, F, Fut>(mut self, from_session: F) -> Self
    where
        C: Context + Send,
        F: Fn(Visit<S, I>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(C, Arc<S>), Error>> + Send + 'static,
    {
        self.from_session = Some(FromSession::new(from_session));
        self
    }

    /// Sets the output directory of `trunk build`, with `index.html` and the assets.
    ///
    /// The default is the directory in the environment variable `RALLY_DIST`, or else `dist`.
    #[must_use]
    pub fn dist(mut self, dist: impl Into<PathBuf>) -> Self {
        self.client.dist = Some(dist.into());
        self
    }

    /// Serves the files of a directory below a URL, such as uploads of visitors.
    ///
    /// The files are public: no sign-in is required. Files and directories whose names begin
    /// with a dot are hidden.
    ///
    /// If a file is opened in a tab, it runs no script. A JavaScript file is sent as plain text,
    /// so that no page runs it. Files built with the app belong in [`dist`](Self::dist).
    #[must_use]
    pub fn files(mut self, url: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        self.files.push((url.into(), directory.into()));
        self
    }

    pub(crate) fn has_dist(&self) -> bool {
        self.client.dist.is_some()
    }

    /// Sets the limits of requests and sockets, instead of [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits.with_capped_timeouts();
        self
    }

    /// Sets the environment. The variable `APP_ENV` is then ignored.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Allows pages of another origin to make calls, by `POST /rpc` and by a socket.
    ///
    /// Write the origin as browsers send it, without a path. The pages of a desktop or
    /// mobile app have an origin too. In a request of another origin, cookies are ignored,
    /// because they belong to this site. A client of another origin can authenticate with
    /// `Authorization: Bearer`.
    ///
    /// ```
    /// # use rally_server::app::App;
    /// let app = App::new(()).allow_origin("tauri://localhost");
    /// # drop(app);
    /// ```
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Sets the content security policy, instead of [`ContentSecurityPolicy::default`].
    ///
    /// `None` disables the policy. The scripts and styles of `index.html` then stay inline.
    #[must_use]
    pub fn content_security_policy(
        mut self,
        policy: impl Into<Option<ContentSecurityPolicy>>,
    ) -> Self {
        self.client.policy = Some(policy.into());
        self
    }
}

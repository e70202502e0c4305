//! The app: its state, its pages, and how it looks when something goes wrong.

mod boot;
mod client;
#[cfg(feature = "jobs")]
mod jobs;
#[cfg(feature = "sqlite")]
mod journal;

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use dioxus_core::Element;
use rally_core::call::CallError;
use rally_core::context::Context;

use crate::auth::erased::{FromSession, Resolver, Resolves};
use crate::auth::{Auth, Visit};
use crate::background::Boot;
use crate::config::Environment;
use crate::http::Mount;
use crate::limits::Limits;
use crate::render::error_page::{self, Problem};
use crate::security::ContentSecurityPolicy;
use crate::telemetry::recorder::Recorder;
use client::ClientSettings;

pub(crate) use boot::Service;
pub use client::{Client, Clients};

/// An app that can be served, with state that every handler sees.
///
/// ```
/// use rally_server::app::App;
///
/// struct Shop { currency: &'static str }
///
/// let app = App::new(Shop { currency: "EUR" }).dist("examples/shop/dist");
/// # drop(app);
/// ```
///
/// `I` is the identity type of [`App::auth`].
pub struct App<S = (), I = ()> {
    state: S,
    auth: Option<Box<dyn Resolver>>,
    from_session: Option<FromSession>,
    identity: PhantomData<fn() -> I>,
    client: ClientSettings,
    error_page: ErrorPage,
    limits: Limits,
    environment: Option<Environment>,
    origins: Vec<String>,
    files: Vec<Mount>,
    recorder: Option<Arc<dyn Recorder>>,
    /// Compared with the app when it starts.
    background: Option<Boot>,
    /// `true` in a [`TestApp`](crate::testing::TestApp): the app ignores `APP_ENV`
    /// and `RALLY_DEV`, and has its views for developers.
    pub(crate) is_test: bool,
}

type ErrorPage = fn(&Problem) -> Element;

impl<S: Send + Sync + 'static> App<S> {
    /// An app with this state. A database pool, a mailer, the configuration:
    /// handlers reach it with [`Cx::state`](crate::calls::Cx::state).
    pub fn new(state: S) -> Self {
        let error_page = error_page::default_page;
        let limits = Limits::default();
        Self {
            state,
            auth: None,
            from_session: None,
            identity: PhantomData,
            client: ClientSettings::default(),
            error_page,
            limits,
            environment: None,
            files: Vec::new(),
            recorder: None,
            origins: Vec::new(),
            background: None,
            is_test: false,
        }
    }

    /// Lets the app know who somebody is. Handlers then have the identity in
    /// their context, as `rally::Cx<Shop, Account>`, and pages and calls can be
    /// for those who have signed in.
    #[must_use]
    pub fn auth<A: Auth<S>>(self, auth: A) -> App<S, A::Identity> {
        App {
            auth: Some(Box::new(Resolves::of(auth))),
            identity: PhantomData,
            state: self.state,
            from_session: self.from_session,
            client: self.client,
            error_page: self.error_page,
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
    /// Makes what belongs to a visitor: the client context, which pages are
    /// given and the browser takes over, and the state, which handlers and
    /// loaders see in place of the app's own.
    ///
    /// It runs as often as it is found out who somebody is: once for most HTTP
    /// requests and sockets; after [`auth`](App::auth), which is therefore
    /// written before it. When it fails, requests are answered with 500.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use rally_core::call::CallError;
    /// use rally_core::context::ClientContext;
    /// use rally_server::app::App;
    /// use rally_server::auth::Visit;
    ///
    /// struct Shop { tenant: String }
    ///
    /// async fn from_session(visit: Visit<Shop>) -> Result<(ClientContext, Arc<Shop>), CallError> {
    ///     let shop = Shop { tenant: visit.hostname };
    ///     Ok((visit.client, Arc::new(shop)))
    /// }
    ///
    /// let app = App::new(Shop { tenant: String::new() }).from_session(from_session);
    /// # drop(app);
    /// ```
    #[must_use]
    pub fn from_session<C, F, Making>(mut self, from_session: F) -> Self
    where
        C: Context + Send,
        F: Fn(Visit<S, I>) -> Making + Send + Sync + 'static,
        Making: Future<Output = Result<(C, Arc<S>), CallError>> + Send + 'static,
    {
        self.from_session = Some(FromSession::new(from_session));
        self
    }

    /// The directory that `trunk build` wrote: `index.html` and the assets.
    /// The environment's `RALLY_DIST`, else `dist`.
    #[must_use]
    pub fn dist(mut self, dist: impl Into<PathBuf>) -> Self {
        self.client.dist = Some(dist.into());
        self
    }

    /// Serves the files of a directory below a URL, as `/pictures/7.png`: what
    /// visitors have uploaded, or what the app writes while it runs. What was
    /// built with the app is in [`dist`](Self::dist).
    ///
    /// Anybody may ask for them. Names that begin with a dot are hidden, a file
    /// that is opened as a document runs no script, and a file that is a script
    /// is sent as plain text, which no page runs.
    #[must_use]
    pub fn files(mut self, url: impl Into<String>, directory: impl Into<PathBuf>) -> Self {
        self.files.push((url.into(), directory.into()));
        self
    }

    /// Whether it was told where its files are.
    pub(crate) fn has_dist(&self) -> bool {
        self.client.dist.is_some()
    }

    /// How a document looks that is not found, forbidden, or failed.
    #[must_use]
    pub fn error_page(mut self, page: ErrorPage) -> Self {
        self.error_page = page;
        self
    }

    /// What a client may ask of this app, in place of [`Limits::default`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits.within_reach();
        self
    }

    /// The environment, in place of the one that `APP_ENV` names.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Lets the pages of another origin call: by `POST /rpc` and by a socket.
    /// It is written as browsers do, without a path; a desktop or mobile app
    /// has one too.
    ///
    /// Such a page comes without cookies, which are this site's. It says who it
    /// is with `Authorization: Bearer`.
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

    /// What the app's pages may load, run and connect to, in place of
    /// [`ContentSecurityPolicy::default`]. With `None` there is no policy, and
    /// `index.html` keeps its scripts.
    #[must_use]
    pub fn content_security_policy(
        mut self,
        policy: impl Into<Option<ContentSecurityPolicy>>,
    ) -> Self {
        self.client.policy = Some(policy.into());
        self
    }
}

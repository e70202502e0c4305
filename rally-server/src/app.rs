//! The app: its state, its pages, and how it looks when something goes wrong.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use dioxus_core::Element;
use rally_core::call::CallError;
use rally_core::context::Context;
use rally_core::registry::{PageEntry, Pages};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::caller::{CxTypes, State};
use crate::auth::erased::{FromSession, Resolver, Resolves};
use crate::auth::session_generations::Sessions;
use crate::auth::{Auth, Visit};
use crate::background::{Background, Boot};
use crate::calls::Cx;
use crate::calls::check::{self, AppTypes};
use crate::calls::registry::Registry;
use crate::config::BootError;
use crate::config::Environment;
use crate::http::Assets;
use crate::http::{Files, Mount};
use crate::limits::{Limits, Room};
use crate::render::error_page::{self, Problem};
use crate::security::ContentSecurityPolicy;
use crate::security::headers::Headers;
use crate::security::origin::Origins;
use crate::server::listener;
use crate::telemetry::recorder::Recorder;
use crate::{http, render};

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
    /// Where it was told to look.
    pub(crate) dist: Option<PathBuf>,
    error_page: ErrorPage,
    limits: Limits,
    environment: Environment,
    origins: Vec<String>,
    content_security_policy: Option<ContentSecurityPolicy>,
    files: Vec<Mount>,
    pub(crate) recorder: Option<Arc<dyn Recorder>>,
    /// Compared with the app when it starts.
    pub(crate) background: Option<Boot>,
    /// Whether there are views for developers: where `cargo rally dev` serves it,
    /// or a test does.
    pub(crate) has_views: bool,
}

type ErrorPage = fn(&Problem) -> Element;

impl<S: Send + Sync + 'static> App<S> {
    /// An app with this state. A database pool, a mailer, the configuration:
    /// handlers reach it with [`Cx::state`](crate::calls::cx::Cx::state).
    pub fn new(state: S) -> Self {
        let error_page = error_page::default_page;
        let environment = Environment::current();
        let limits = Limits::default();
        Self {
            state,
            auth: None,
            from_session: None,
            identity: PhantomData,
            dist: None,
            error_page,
            limits,
            environment,
            files: Vec::new(),
            recorder: None,
            origins: Vec::new(),
            content_security_policy: Some(ContentSecurityPolicy::default()),
            background: None,
            has_views: std::env::var_os("RALLY_DEV").is_some(),
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
            dist: self.dist,
            error_page: self.error_page,
            limits: self.limits,
            environment: self.environment,
            files: self.files,
            recorder: self.recorder,
            origins: self.origins,
            content_security_policy: self.content_security_policy,
            background: self.background,
            has_views: self.has_views,
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
        self.dist = Some(dist.into());
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

    /// Where it runs, in place of what `APP_ENV` says.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
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
        self.content_security_policy = policy.into();
        self
    }

    /// Serves the app on a listener, until the future is dropped: then sockets are
    /// closed, and no more jobs are begun. It is not stopped by signals;
    /// [`serve`](crate::server::run) is.
    ///
    /// # Errors
    ///
    /// When the app's parts do not fit together, or `dist` has no `index.html`.
    pub async fn listen(
        self,
        pages: &[PageEntry],
        listener: TcpListener,
    ) -> Result<Infallible, BootError> {
        let app = self.start(pages)?;
        let _stop = app.stopping.clone().drop_guard();
        listener::listen(listener, app).await;
        // Nobody else stops it.
        std::future::pending().await
    }

    /// The app as a service, for a test or a larger axum app, which then sees
    /// to [`Limits::header`] itself. Jobs are run from here on, and until the
    /// process ends: nobody tells them to stop.
    ///
    /// # Errors
    ///
    /// When the app's parts do not fit together, or `dist` has no `index.html`.
    ///
    /// # Panics
    ///
    /// When the app has jobs, and no tokio runtime is there to run them.
    pub fn into_router(self, pages: &[PageEntry]) -> Result<Router, BootError> {
        let app = self.start(pages)?;
        app.begin();
        Ok(http::router(app))
    }

    /// Checks everything once, before the first request.
    pub(crate) fn start(self, pages: &[PageEntry]) -> Result<Arc<Booted>, BootError> {
        let pages = Pages::new(pages).map_err(BootError::new)?;
        let has_auth = self.auth.is_some();
        let about = AppTypes { cx: CxTypes::of::<Cx<S, I>>(), has_auth };
        let registry = Registry::collect(pages, &about)?;
        if let Some(from_session) = &self.from_session {
            check::check_from_session(from_session, &about, &registry.pages)?;
        }
        let background = self.background.map(|boot| boot(&about)).transpose()?;
        let dist = self.dist.unwrap_or_else(|| {
            std::env::var_os("RALLY_DIST").unwrap_or_else(|| "dist".into()).into()
        });
        let assets = Assets::read(&dist)?;
        let files = self.files.iter().map(|(url, directory)| Files::new(url, directory));
        let files = files.collect::<Result<_, _>>()?;
        let dev = std::env::var("RALLY_DEV").ok();
        let policy = self.content_security_policy.as_ref();
        let headers = Headers::new(policy, self.environment, dev.as_deref())?;
        if let Some(recorder) = &self.recorder {
            recorder.start(self.environment)?;
        }
        let room = Room::new(self.limits.calls);
        let spool = Room::new(usize::try_from(self.limits.form.spooled).unwrap_or(usize::MAX));
        Ok(Arc::new(Booted {
            state: State::new(self.state),
            auth: self.auth,
            from_session: self.from_session,
            sessions: Arc::default(),
            registry,
            documents: render::Documents::read(&dist, dev, policy.is_some())?,
            assets,
            files,
            recorder: self.recorder,
            error_page: self.error_page,
            limits: self.limits,
            environment: self.environment,
            origins: Origins::new(&self.origins)?,
            headers,
            room,
            spool,
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            background,
            has_views: self.has_views && !self.environment.is_production(),
        }))
    }
}

/// An app that has passed its checks.
pub(crate) struct Booted {
    pub(crate) state: State,
    pub(crate) auth: Option<Box<dyn Resolver>>,
    pub(crate) from_session: Option<FromSession>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) registry: Registry,
    pub(crate) documents: render::Documents,
    pub(crate) assets: Assets,
    pub(crate) files: Vec<Files>,
    /// Whoever is told of messages.
    pub(crate) recorder: Option<Arc<dyn Recorder>>,
    pub(crate) error_page: ErrorPage,
    pub(crate) limits: Limits,
    /// For the calls of everybody.
    pub(crate) room: Room,
    /// For the bytes of everybody's files.
    pub(crate) spool: Room,
    pub(crate) environment: Environment,
    pub(crate) origins: Origins,
    /// Of every document and file.
    pub(crate) headers: Headers,
    /// Tells sockets to close.
    pub(crate) stopping: CancellationToken,
    /// Sockets and calls: what a shutdown waits for.
    pub(crate) tasks: TaskTracker,
    /// What runs beside the answers.
    pub(crate) background: Option<Arc<dyn Background>>,
    /// Whether there are views for developers.
    pub(crate) has_views: bool,
}

impl Booted {
    /// Begins what runs beside the answers.
    pub(crate) fn begin(self: &Arc<Self>) {
        if let Some(background) = &self.background {
            background.clone().start(self);
        }
    }
}

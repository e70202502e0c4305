//! Boot: checks an app before the first request, and builds the parts of its server.

use std::sync::Arc;

use axum::Router;

use super::client::ClientSettings;
use super::{App, Clients};
use crate::auth::caller::{AppState, CxTypes};
use crate::auth::guard::Authenticator;
use crate::background::{Background, Host};
use crate::calls::Cx;
use crate::calls::check::{AppTypes, check_from_session};
use crate::calls::dispatch::Calls;
use crate::calls::registry::Registry;
use crate::config::{BootError, Environment};
use crate::http::{self, ClientSite, DistFiles, Http, PublicFiles, Site};
use crate::lifecycle::Lifecycle;
use crate::limits::Budget;
use crate::render::{Documents, Renderer};
use crate::security::headers::Headers;
use crate::security::origin::Origins;
use crate::telemetry::message_record::Records;

/// An app that has passed the checks at boot.
pub(crate) struct Service {
    pub(crate) http: Arc<Http>,
    pub(crate) background: Option<Arc<dyn Background>>,
}

impl Service {
    pub(crate) fn calls(&self) -> &Arc<Calls> {
        &self.http.calls
    }

    pub(crate) fn lifecycle(&self) -> &Lifecycle {
        &self.http.calls.lifecycle
    }

    pub(crate) fn start_background(&self) {
        if let Some(background) = &self.background {
            background.clone().start();
        }
    }
}

impl<S: Send + Sync + 'static, I: Send + Sync + 'static> App<S, I> {
    /// Converts the app into a router, for a test or a larger axum app.
    ///
    /// The router does not enforce [`Limits::header`](crate::limits::Limits::header): the
    /// server of the larger app must. Jobs start in this method, and run until the tokio
    /// runtime shuts down.
    ///
    /// # Errors
    ///
    /// If a check of the app fails, for example because `dist` has no `index.html`, or because
    /// a handler expects another state type.
    ///
    /// # Panics
    ///
    /// If the app has jobs and this method is called outside of a tokio runtime.
    pub fn into_router(self, clients: impl Into<Clients>) -> Result<Router, BootError> {
        let service = self.start(clients.into())?;
        service.start_background();
        Ok(http::router(service.http))
    }

    pub(crate) fn start(self, clients: Clients) -> Result<Service, BootError> {
        let types = AppTypes { cx: CxTypes::of::<Cx<S, I>>(), has_auth: self.auth.is_some() };
        let registry = Registry::collect(clients.pages()?, &types)?;
        if let Some(from_session) = &self.from_session {
            let mut clients = registry.clients().iter();
            clients.try_for_each(|pages| check_from_session(from_session, &types, pages))?;
        }
        let environment = match self.environment {
            Some(environment) => environment,
            None if self.is_test => Environment::Development,
            None => Environment::current(),
        };
        let dev = std::env::var("RALLY_DEV").ok().filter(|_| !self.is_test);
        let lifecycle = Lifecycle::default();
        let state = AppState::new(self.state);
        let authenticator = Arc::new(Authenticator::new(state, self.auth, self.from_session));
        let host = Host {
            types: &types,
            authenticator: authenticator.clone(),
            lifecycle: lifecycle.clone(),
        };
        let background = self.background.map(|boot| boot(host)).transpose()?;
        let settings = clients.settings(&self.client);
        let served = settings.iter().map(|it| ClientParts::read(it, environment, dev.as_deref()));
        let served = served.collect::<Result<Vec<_>, _>>()?;
        let files = self.files.iter().map(|(url, directory)| PublicFiles::new(url, directory));
        let files = files.collect::<Result<_, _>>()?;
        let origins = Origins::new(&self.origins)?;
        if let Some(recorder) = &self.recorder {
            recorder.start(environment)?;
        }
        let spooled = usize::try_from(self.limits.form.spooled).unwrap_or(usize::MAX);
        let calls = Arc::new(Calls {
            registry,
            authenticator,
            budget: Budget::new(self.limits.calls),
            spool: Budget::new(spooled),
            limits: self.limits,
            environment,
            records: Records::new(self.recorder),
            lifecycle,
        });
        let client = |ClientParts { documents, dist_files, headers }| {
            let renderer = Renderer { calls: calls.clone(), documents };
            ClientSite { renderer, dist_files, headers }
        };
        let site = Site { clients: served.into_iter().map(client).collect(), files, origins };
        let views = (self.is_test || dev.is_some()) && !environment.is_production();
        let views = background.clone().filter(|_| views);
        Ok(Service { http: Arc::new(Http { site, calls, views }), background })
    }
}

struct ClientParts {
    documents: Documents,
    dist_files: DistFiles,
    headers: Headers,
}

impl ClientParts {
    /// `dev` is the value of `RALLY_DEV`: the origin of `cargo rally dev`.
    fn read(
        settings: &ClientSettings,
        environment: Environment,
        dev: Option<&str>,
    ) -> Result<Self, BootError> {
        let (dist, policy) = (settings.dist(), settings.policy());
        Ok(Self {
            dist_files: DistFiles::read(&dist)?,
            headers: Headers::new(policy.as_ref(), environment, dev)?,
            documents: Documents::read(&dist, dev.map(str::to_owned), policy.is_some())?,
        })
    }
}

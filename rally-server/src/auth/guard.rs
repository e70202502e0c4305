//! The guard, which authenticates and authorizes the callers of pages and calls.
//!
//! The guard runs before the message of a call or the body of a form is decoded, and
//! before a loader or handler runs. The guard resolves the identity, runs
//! `from_session`, and checks the access requirements of the call or page. A socket
//! keeps the identity and the state from `from_session` for later requests.

use std::any::TypeId;
use std::fmt;
use std::sync::Arc;

use rally_core::frame::Refusal;
use rally_core::route::LocalPath;

use super::Credentials;
use super::access::{Access, Authorize};
use super::caller::{AdmittedPage, AppState, Caller, Identity};
use super::erased::{ClientValue, FromSession, Resolver};
use super::session_generations::{GenerationWatch, SessionGenerations};
use crate::config::BootError;
use crate::request::info::RequestInfo;
use crate::telemetry::{message_record, trace};

pub(crate) struct Authenticator {
    state: AppState,
    auth: Option<Box<dyn Resolver>>,
    from_session: Option<FromSession>,
    generations: Arc<SessionGenerations>,
}

/// The access requirements of a call, or of a page and its loader. A call declared with
/// `#[server(page)]` also has the requirements of its page.
#[derive(Clone, Copy)]
pub(crate) struct AccessRule {
    pub(crate) signed_in: bool,
    /// For `#[server(page)]`: the page that the socket's tab must show.
    pub(crate) page: Option<TypeId>,
    /// At most three authorize functions: of a page, of its loader, and of a call.
    pub(crate) authorize: [Option<&'static dyn Authorize>; 3],
}

impl AccessRule {
    pub(crate) const PUBLIC: Self = Self { signed_in: false, page: None, authorize: [None; 3] };

    /// Returns the rule with the requirements of `access` too. `subject` is the part of the app that
    /// has them.
    ///
    /// # Errors
    ///
    /// If there are more authorize functions than the macros make. None may be left out.
    pub(crate) fn and(
        mut self,
        access: &Access,
        subject: fmt::Arguments<'_>,
    ) -> Result<Self, BootError> {
        self.signed_in |= access.signed_in;
        if access.authorize.is_some() {
            let free = self.authorize.iter_mut().find(|function| function.is_none());
            *free.ok_or_else(|| {
                BootError::new(format_args!(
                    "{subject} has too many authorize functions: call the others from the first one"
                ))
            })? = access.authorize;
        }
        Ok(self)
    }

    pub(crate) fn is_guarded(&self) -> bool {
        self.signed_in || self.authorize.iter().any(Option::is_some)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthRefusal {
    SignIn { url: String },
    Denied,
    Internal { trace_id: String },
}

impl From<AuthRefusal> for Refusal {
    fn from(refused: AuthRefusal) -> Self {
        match refused {
            AuthRefusal::SignIn { url } => Self::SignIn { url },
            AuthRefusal::Denied => Self::Denied,
            AuthRefusal::Internal { trace_id } => Self::Internal { trace_id },
        }
    }
}

pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// The client context from `from_session`, if the app has one.
    pub(crate) client: Option<ClientValue>,
}

/// The result of authenticating the caller of a socket.
#[derive(Clone)]
pub(crate) enum AuthOutcome {
    Known(Caller),
    /// `Auth::resolve` failed. The caller has no identity, and guarded requests are denied.
    Outage(Caller),
    /// `from_session` failed, so there is no state.
    Failed(AuthRefusal),
}

impl AuthOutcome {
    pub(crate) fn is_failure(&self) -> bool {
        !matches!(self, Self::Known(_))
    }

    pub(crate) fn note(&self) {
        if let Self::Known(caller) | Self::Outage(caller) = self {
            note(caller.identity.as_ref());
        }
    }
}

impl Authenticator {
    pub(crate) fn new(
        state: AppState,
        auth: Option<Box<dyn Resolver>>,
        from_session: Option<FromSession>,
    ) -> Self {
        Self { state, auth, from_session, generations: Arc::default() }
    }

    pub(crate) fn is_anonymous_only(&self) -> bool {
        self.auth.is_none() && self.from_session.is_none()
    }

    pub(crate) fn anonymous(&self, info: Arc<RequestInfo>) -> Caller {
        self.caller(info, self.state.clone(), None)
    }

    pub(crate) fn watch(&self, info: &RequestInfo) -> GenerationWatch {
        self.generations.watch(info.session())
    }

    /// Authorizes a request over HTTP. For a redirect to the sign-in page, `from` returns the
    /// path and query of the requested page, or of the page that made the call.
    ///
    /// `page` is the requested page, or for a call with `page` the page that made it. The
    /// authorize functions and then the handler see its route.
    pub(crate) async fn admit(
        &self,
        info: Arc<RequestInfo>,
        rule: &AccessRule,
        page: Option<Arc<AdmittedPage>>,
        from: impl FnOnce() -> LocalPath,
    ) -> Result<Admitted, AuthRefusal> {
        let identity = self.resolve(&info).await?;
        note(identity.as_ref());
        self.check_signed_in(identity.as_ref(), rule, from)?;
        let (client, state) = self.run_from_session(&info, identity.as_ref()).await?;
        let caller = Caller { page, ..self.caller(info, state, identity) };
        check_allowed(&caller, rule).await?;
        Ok(Admitted { caller, client })
    }

    /// Returns the client context from `from_session`, for a page that needs no access.
    pub(crate) async fn client(
        &self,
        info: &RequestInfo,
    ) -> Result<Option<ClientValue>, AuthRefusal> {
        let identity = self.resolve(info).await?;
        note(identity.as_ref());
        let (client, _) = self.run_from_session(info, identity.as_ref()).await?;
        Ok(client)
    }

    pub(crate) async fn identify(&self, info: Arc<RequestInfo>) -> AuthOutcome {
        let (identity, is_outage) = match self.resolve(&info).await {
            Ok(identity) => (identity, false),
            Err(_) => (None, true),
        };
        match self.run_from_session(&info, identity.as_ref()).await {
            Ok((_, state)) => {
                let caller = self.caller(info, state, identity);
                if is_outage { AuthOutcome::Outage(caller) } else { AuthOutcome::Known(caller) }
            }
            Err(refused) => AuthOutcome::Failed(refused),
        }
    }

    /// Authorizes a request on a socket. `from` is the path and query of the page that the
    /// browser requests or shows. `page` is as for [`admit`](Self::admit).
    pub(crate) async fn admit_identified(
        &self,
        outcome: AuthOutcome,
        rule: &AccessRule,
        page: Option<Arc<AdmittedPage>>,
        from: &str,
    ) -> Result<Caller, AuthRefusal> {
        let caller = match outcome {
            AuthOutcome::Known(caller) => caller,
            // No redirect to the sign-in page: a sign-in would not help, and may fail too.
            AuthOutcome::Outage(_) if rule.is_guarded() => return Err(AuthRefusal::Denied),
            AuthOutcome::Outage(caller) => caller,
            AuthOutcome::Failed(refused) => return Err(refused),
        };
        let caller = Caller { page, ..caller };
        if rule.is_guarded() {
            let from = || from.parse().unwrap_or_default();
            self.check_signed_in(caller.identity.as_ref(), rule, from)?;
            check_allowed(&caller, rule).await?;
        }
        Ok(caller)
    }

    fn caller(
        &self,
        info: Arc<RequestInfo>,
        state: AppState,
        identity: Option<Identity>,
    ) -> Caller {
        Caller { info, state, identity, generations: self.generations.clone(), page: None }
    }

    async fn resolve(&self, info: &RequestInfo) -> Result<Option<Identity>, AuthRefusal> {
        let Some(auth) = &self.auth else { return Ok(None) };
        let credentials = Credentials::of(info);
        match trace::catch(auth.resolve(&self.state, &credentials)).await {
            Ok(Ok(identity)) => Ok(identity),
            Ok(Err(error)) => Err(internal("resolving the identity", &*error)),
            Err(panic) => Err(internal("resolving the identity", &panic)),
        }
    }

    fn check_signed_in(
        &self,
        identity: Option<&Identity>,
        rule: &AccessRule,
        from: impl FnOnce() -> LocalPath,
    ) -> Result<(), AuthRefusal> {
        if !rule.signed_in || is_authenticated(identity) {
            return Ok(());
        }
        // Unreachable: boot refuses an app that requires a sign-in but has no `Auth`.
        let Some(auth) = &self.auth else { return Err(AuthRefusal::Denied) };
        let from = from();
        Err(match trace::catch_now(|| auth.redirect_url(from.as_str())) {
            Ok(url) => AuthRefusal::SignIn { url },
            Err(panic) => internal("building the sign-in URL", &panic),
        })
    }

    async fn run_from_session(
        &self,
        info: &RequestInfo,
        identity: Option<&Identity>,
    ) -> Result<(Option<ClientValue>, AppState), AuthRefusal> {
        let Some(from_session) = &self.from_session else { return Ok((None, self.state.clone())) };
        match trace::catch(from_session.run(info, &self.state, identity)).await {
            Ok(Ok((client, state))) => Ok((Some(client), state)),
            Ok(Err(error)) => Err(internal("from_session", &*error)),
            Err(panic) => Err(internal("from_session", &panic)),
        }
    }
}

/// Runs the authorize functions. If there are any, a caller who has not signed in is denied
/// without running them.
async fn check_allowed(caller: &Caller, rule: &AccessRule) -> Result<(), AuthRefusal> {
    for function in rule.authorize.iter().flatten() {
        if !is_authenticated(caller.identity.as_ref()) {
            return Err(AuthRefusal::Denied);
        }
        match trace::catch(function.check(caller)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(AuthRefusal::Denied),
            Ok(Err(error)) => return Err(internal("an authorize function", &*error)),
            Err(panic) => return Err(internal("an authorize function", &panic)),
        }
    }
    Ok(())
}

fn is_authenticated(identity: Option<&Identity>) -> bool {
    identity.is_some_and(|identity| identity.is_authenticated)
}

fn note(identity: Option<&Identity>) {
    message_record::note_user(identity.and_then(|identity| identity.user.as_ref()));
}

fn internal(what: &str, error: &dyn std::error::Error) -> AuthRefusal {
    AuthRefusal::Internal { trace_id: trace::failure(what, error) }
}

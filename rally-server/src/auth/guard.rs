//! The guard: the one place that decides who may. It is asked by rendering, by
//! calls over HTTP and by sockets, before anything of a request is decoded.
//!
//! The order is: who is it, have they signed in, what is their state, does the
//! app's function let them. Only then something is loaded or called.

use std::any::TypeId;
use std::sync::Arc;

use rally_core::frame::Refusal;
use rally_core::route::LocalPath;

use super::Credentials;
use super::access::{Access, Authorize};
use super::caller::{AppState, Caller, Identity};
use super::erased::{ClientValue, FromSession, Resolver};
use super::session_generations::{SessionGenerations, Watch};
use crate::request::info::RequestInfo;
use crate::telemetry::{message_record, trace};

/// What the app says about its callers, and what the guard decides with.
pub(crate) struct Authenticator {
    state: AppState,
    auth: Option<Box<dyn Resolver>>,
    from_session: Option<FromSession>,
    generations: Arc<SessionGenerations>,
}

/// What is asked for: an access, with that of its page and loader in it.
#[derive(Clone, Copy)]
pub(crate) struct AccessRule {
    pub(crate) signed_in: bool,
    /// The page that a socket has to be on.
    pub(crate) page: Option<TypeId>,
    /// A page's own function, and its loader's.
    pub(crate) allow: [Option<&'static dyn Authorize>; 2],
}

impl AccessRule {
    pub(crate) const PUBLIC: Self = Self { signed_in: false, page: None, allow: [None; 2] };

    /// The same, and what a page's or loader's access asks for.
    pub(crate) fn and(mut self, access: &Access) -> Self {
        self.signed_in |= access.signed_in;
        if access.allow.is_some() {
            let [first, second] = &mut self.allow;
            *(if first.is_none() { first } else { second }) = access.allow;
        }
        self
    }

    /// Whether it is not for everybody.
    pub(crate) fn is_guarded(&self) -> bool {
        self.signed_in || self.allow.iter().any(Option::is_some)
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuthRefusal {
    /// They have to sign in first, there.
    SignIn {
        url: String,
    },
    Denied,
    Internal {
        trace_id: String,
    },
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

/// Who may.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// What `from_session` made for the page, if there is one.
    pub(crate) client: Option<ClientValue>,
}

/// Who is on a socket, once that was asked.
#[derive(Clone)]
pub(crate) enum AuthOutcome {
    Known(Caller),
    /// The identity service is down: the state of somebody unknown.
    Outage(Caller),
    /// There is no state.
    Failed(AuthRefusal),
}

impl AuthOutcome {
    /// Whether it is to be asked again.
    pub(crate) fn is_failure(&self) -> bool {
        !matches!(self, Self::Known(_))
    }

    /// Notes who it is in the record of the message that is answered now.
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

    /// Whether every caller is anonymous and has the app's own state.
    pub(crate) fn knows_nobody(&self) -> bool {
        self.auth.is_none() && self.from_session.is_none()
    }

    /// A caller without an identity, with the app's own state.
    pub(crate) fn anonymous(&self, info: Arc<RequestInfo>) -> Caller {
        self.caller(info, self.state.clone(), None)
    }

    /// Watches a session for sign-ins and sign-outs.
    pub(crate) fn watch(&self, info: &RequestInfo) -> Watch {
        self.generations.watch(info.session())
    }

    /// Decides about an HTTP request. `from` is the page that was asked for, or
    /// that a call comes from: path and query.
    pub(crate) async fn admit(
        &self,
        info: Arc<RequestInfo>,
        rule: &AccessRule,
        from: impl FnOnce() -> LocalPath,
    ) -> Result<Admitted, AuthRefusal> {
        let identity = self.resolve(&info).await?;
        note(identity.as_ref());
        self.signed_in(identity.as_ref(), rule, from)?;
        let (client, state) = self.enrich(&info, identity.as_ref()).await?;
        let caller = self.caller(info, state, identity);
        allowed(&caller, rule).await?;
        Ok(Admitted { caller, client })
    }

    /// Finds out who is on a socket.
    pub(crate) async fn identify(&self, info: Arc<RequestInfo>) -> AuthOutcome {
        let (identity, is_outage) = match self.resolve(&info).await {
            Ok(identity) => (identity, false),
            Err(_) => (None, true),
        };
        match self.enrich(&info, identity.as_ref()).await {
            Ok((_, state)) => {
                let caller = self.caller(info, state, identity);
                if is_outage { AuthOutcome::Outage(caller) } else { AuthOutcome::Known(caller) }
            }
            Err(refused) => AuthOutcome::Failed(refused),
        }
    }

    /// Decides about a request on a socket. `from` is the page that it shows.
    pub(crate) async fn admit_identified(
        &self,
        outcome: AuthOutcome,
        rule: &AccessRule,
        from: &str,
    ) -> Result<Caller, AuthRefusal> {
        let caller = match outcome {
            AuthOutcome::Known(caller) => caller,
            // Nobody can say: to sign in would not help, and may fail as well.
            AuthOutcome::Outage(_) if rule.is_guarded() => return Err(AuthRefusal::Denied),
            AuthOutcome::Outage(caller) => caller,
            AuthOutcome::Failed(refused) => return Err(refused),
        };
        if rule.is_guarded() {
            let from = || from.parse().unwrap_or_default();
            self.signed_in(caller.identity.as_ref(), rule, from)?;
            allowed(&caller, rule).await?;
        }
        Ok(caller)
    }

    fn caller(
        &self,
        info: Arc<RequestInfo>,
        state: AppState,
        identity: Option<Identity>,
    ) -> Caller {
        Caller { info, state, identity, generations: self.generations.clone() }
    }

    async fn resolve(&self, info: &RequestInfo) -> Result<Option<Identity>, AuthRefusal> {
        let Some(auth) = &self.auth else { return Ok(None) };
        let credentials = Credentials::of(info);
        match trace::catch(auth.resolve(&self.state, &credentials)).await {
            Ok(Ok(identity)) => Ok(identity),
            Ok(Err(error)) => Err(internal("resolving an identity", &*error.0)),
            Err(panic) => Err(internal("resolving an identity", &panic)),
        }
    }

    fn signed_in(
        &self,
        identity: Option<&Identity>,
        rule: &AccessRule,
        from: impl FnOnce() -> LocalPath,
    ) -> Result<(), AuthRefusal> {
        if !rule.signed_in || is_authenticated(identity) {
            return Ok(());
        }
        // At boot it was made sure that there is one.
        let Some(auth) = &self.auth else { return Err(AuthRefusal::Denied) };
        let from = from();
        Err(match trace::catch_now(|| auth.redirect_url(from.as_str())) {
            Ok(url) => AuthRefusal::SignIn { url },
            Err(panic) => internal("the URL to sign in at", &panic),
        })
    }

    async fn enrich(
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

/// Asks the app's functions. Without an identity they are not asked, and
/// neither about somebody who has not quite signed in.
async fn allowed(caller: &Caller, rule: &AccessRule) -> Result<(), AuthRefusal> {
    for function in rule.allow.iter().flatten() {
        if !is_authenticated(caller.identity.as_ref()) {
            return Err(AuthRefusal::Denied);
        }
        match trace::catch(function.ask(caller)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(AuthRefusal::Denied),
            Ok(Err(error)) => return Err(internal("the function that says who may", &*error)),
            Err(panic) => return Err(internal("the function that says who may", &panic)),
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

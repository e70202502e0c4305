//! The guard: the one place that decides who may. It is asked by rendering, by
//! calls over HTTP and by sockets, before anything of a request is decoded.
//!
//! The order is: who is it, have they signed in, what is their state, does the
//! app's function let them. Only then something is loaded or called.

use std::any::TypeId;
use std::sync::Arc;

use rally_core::frame::Refusal;
use rally_core::route::LocalPath;

use crate::app::Booted;
use crate::auth::access::{Access, Authorize};
use crate::auth::caller::{Identity, Standing, State};
use crate::auth::erased::ClientValue;
use crate::request::info::Visitor;
use crate::telemetry::message_record::Exchange;
use crate::telemetry::trace;

/// What is asked for: an access, with that of its page and loader in it.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) signed_in: bool,
    /// The page that a socket has to be on.
    pub(crate) page: Option<TypeId>,
    /// A page's own function, and its loader's.
    pub(crate) allow: [Option<&'static dyn Authorize>; 2],
}

impl Rule {
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
pub(crate) enum Refused {
    /// They have to sign in first, there.
    SignIn {
        url: String,
    },
    Denied,
    Internal {
        trace_id: String,
    },
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::SignIn { url } => Self::SignIn { url },
            Refused::Denied => Self::Denied,
            Refused::Internal { trace_id } => Self::Internal { trace_id },
        }
    }
}

/// Who may.
pub(crate) struct Admitted {
    pub(crate) standing: Arc<Standing>,
    /// What `from_session` made for the page, if there is one.
    pub(crate) client: Option<ClientValue>,
}

/// Decides about an HTTP request. `from` is what was asked for: path and query.
/// Who it is from is told of in either case.
pub(crate) async fn admit(
    app: &Booted,
    visitor: Arc<Visitor>,
    rule: &Rule,
    from: &str,
    exchange: &Exchange,
) -> Result<Admitted, Refused> {
    let identity = resolve(app, &visitor).await?;
    exchange.by(identity.as_ref());
    signed_in(app, identity.as_ref(), rule, from)?;
    let (client, state) = enrich(app, &visitor, identity.as_ref()).await?;
    let standing = Arc::new(Standing { visitor, state, identity });
    allowed(&standing, rule).await?;
    Ok(Admitted { standing, client })
}

/// Who is on a socket, once that was asked.
#[derive(Clone)]
pub(crate) enum Found {
    Known(Arc<Standing>),
    /// The identity service is down: the state of somebody unknown.
    Outage(Arc<Standing>),
    /// There is no state.
    Failed(Refused),
}

impl Found {
    pub(crate) fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Known(standing) | Self::Outage(standing) => standing.identity.as_ref(),
            Self::Failed(_) => None,
        }
    }

    /// Whether it is to be asked again.
    pub(crate) fn is_failure(&self) -> bool {
        !matches!(self, Self::Known(_))
    }
}

/// Finds out who is on a socket.
pub(crate) async fn find_out(app: &Booted, visitor: Arc<Visitor>) -> Found {
    let (identity, is_outage) = match resolve(app, &visitor).await {
        Ok(identity) => (identity, false),
        Err(_) => (None, true),
    };
    match enrich(app, &visitor, identity.as_ref()).await {
        Ok((_, state)) => {
            let standing = Arc::new(Standing { visitor, state, identity });
            if is_outage { Found::Outage(standing) } else { Found::Known(standing) }
        }
        Err(refused) => Found::Failed(refused),
    }
}

/// Decides about a request on a socket.
pub(crate) async fn admit_found(
    app: &Booted,
    found: Found,
    rule: &Rule,
    from: &str,
) -> Result<Arc<Standing>, Refused> {
    let standing = match found {
        Found::Known(standing) => standing,
        // Nobody can say: to sign in would not help, and may fail as well.
        Found::Outage(_) if rule.is_guarded() => return Err(Refused::Denied),
        Found::Outage(standing) => standing,
        Found::Failed(refused) => return Err(refused),
    };
    admit_known(app, &standing, rule, from).await?;
    Ok(standing)
}

/// Decides about somebody who is known already.
pub(crate) async fn admit_known(
    app: &Booted,
    standing: &Standing,
    rule: &Rule,
    from: &str,
) -> Result<(), Refused> {
    if !rule.is_guarded() {
        return Ok(());
    }
    signed_in(app, standing.identity.as_ref(), rule, from)?;
    allowed(standing, rule).await
}

async fn resolve(app: &Booted, visitor: &Visitor) -> Result<Option<Identity>, Refused> {
    let Some(auth) = &app.auth else { return Ok(None) };
    let credentials = visitor.credentials();
    match trace::catch(auth.resolve(&app.state, &credentials)).await {
        Ok(Ok(identity)) => Ok(identity),
        Ok(Err(error)) => Err(internal("resolving an identity", &*error.0)),
        Err(panic) => Err(internal("resolving an identity", &panic)),
    }
}

fn signed_in(
    app: &Booted,
    identity: Option<&Identity>,
    rule: &Rule,
    from: &str,
) -> Result<(), Refused> {
    if !rule.signed_in || is_authenticated(identity) {
        return Ok(());
    }
    // At boot it was made sure that there is one.
    let Some(auth) = &app.auth else { return Err(Refused::Denied) };
    let from = from.parse::<LocalPath>().unwrap_or_default();
    Err(match trace::catch_now(|| auth.redirect_url(from.as_str())) {
        Ok(url) => Refused::SignIn { url },
        Err(panic) => internal("the URL to sign in at", &panic),
    })
}

async fn enrich(
    app: &Booted,
    visitor: &Visitor,
    identity: Option<&Identity>,
) -> Result<(Option<ClientValue>, State), Refused> {
    let Some(from_session) = &app.from_session else { return Ok((None, app.state.clone())) };
    match trace::catch(from_session.run(visitor, &app.state, identity)).await {
        Ok(Ok((client, state))) => Ok((Some(client), state)),
        Ok(Err(error)) => Err(internal("from_session", &*error)),
        Err(panic) => Err(internal("from_session", &panic)),
    }
}

/// Asks the app's functions. Without an identity they are not asked, and
/// neither about somebody who has not quite signed in.
async fn allowed(standing: &Standing, rule: &Rule) -> Result<(), Refused> {
    for function in rule.allow.iter().flatten() {
        if !is_authenticated(standing.identity.as_ref()) {
            return Err(Refused::Denied);
        }
        match trace::catch(function.ask(standing)).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(Refused::Denied),
            Ok(Err(error)) => return Err(internal("the function that says who may", &*error)),
            Err(panic) => return Err(internal("the function that says who may", &panic)),
        }
    }
    Ok(())
}

fn is_authenticated(identity: Option<&Identity>) -> bool {
    identity.is_some_and(|identity| identity.is_authenticated)
}

fn internal(what: &str, error: &dyn std::error::Error) -> Refused {
    Refused::Internal { trace_id: trace::failure(what, error) }
}

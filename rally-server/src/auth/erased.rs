//! What an app says about identities and sessions, its types forgotten.

use futures_util::future::BoxFuture;
use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use rally_core::call::CallError;
use rally_core::context::Context;

use crate::auth::caller::Failed;
use crate::auth::caller::{AppState, Identity, KnownType, WRONG_CX};
use crate::auth::{Auth, AuthError, Credentials, Visit};
use crate::request::info::RequestInfo;

/// An [`Auth`], whatever its types.
pub(crate) trait Resolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        state: &'a AppState,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Identity>, AuthError>>;

    fn redirect_url(&self, from: &str) -> String;
}

/// An [`Auth`] for the state `S`.
pub(crate) struct Resolves<A, S> {
    auth: A,
    state: PhantomData<fn(S)>,
}

impl<S: Send + Sync + 'static, A: Auth<S>> Resolves<A, S> {
    pub(crate) fn of(auth: A) -> Self {
        Self { auth, state: PhantomData }
    }
}

impl<S: Send + Sync + 'static, A: Auth<S>> Resolver for Resolves<A, S> {
    fn resolve<'a>(
        &'a self,
        state: &'a AppState,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Identity>, AuthError>> {
        Box::pin(async move {
            let state = state.0.downcast_ref::<S>().ok_or_else(|| AuthError::new(WRONG_CX))?;
            let who = self.auth.resolve(state, credentials).await?;
            Ok(who.map(|who| Identity {
                is_authenticated: self.auth.is_authenticated(&who),
                user: self.auth.user_id(&who).map(Into::into),
                value: Arc::new(who),
            }))
        })
    }

    fn redirect_url(&self, from: &str) -> String {
        self.auth.redirect_url(from)
    }
}

/// An app's `from_session`, whatever its types.
pub(crate) struct FromSession {
    /// Whom it expects.
    pub(crate) identity: KnownType,
    /// What it makes for pages.
    pub(crate) context: KnownType,
    run: Box<FromSessionFn>,
}

type FromSessionFn = dyn Fn(&RequestInfo, &AppState, Option<&Identity>) -> BoxFuture<'static, FromSessionResult>
    + Send
    + Sync;

/// The client context, for the one page that is rendered now, and the state.
pub(crate) type FromSessionResult = Result<(ClientValue, AppState), Failed>;

/// A client context, its type forgotten.
pub(crate) type ClientValue = Box<dyn Any + Send>;

impl FromSession {
    pub(crate) fn new<S, I, C, F, Making>(from_session: F) -> Self
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
        C: Context + Send,
        F: Fn(Visit<S, I>) -> Making + Send + Sync + 'static,
        Making: Future<Output = Result<(C, Arc<S>), CallError>> + Send + 'static,
    {
        Self {
            identity: KnownType::of::<I>(),
            context: KnownType::of::<C>(),
            run: Box::new(move |info, state, identity| {
                let visit = visit::<S, I>(info, state, identity).map(&from_session);
                Box::pin(async move {
                    match visit.ok_or(WRONG_CX)?.await {
                        Ok((client, state)) => {
                            Ok((Box::new(client) as ClientValue, AppState(state)))
                        }
                        Err(CallError::App(never)) => match never {},
                        Err(CallError::Failed(error)) => Err(error),
                    }
                })
            }),
        }
    }

    pub(crate) async fn run(
        &self,
        info: &RequestInfo,
        state: &AppState,
        identity: Option<&Identity>,
    ) -> FromSessionResult {
        (self.run)(info, state, identity).await
    }
}

fn visit<S: Send + Sync + 'static, I: Send + Sync + 'static>(
    info: &RequestInfo,
    state: &AppState,
    identity: Option<&Identity>,
) -> Option<Visit<S, I>> {
    let identity = match identity {
        Some(identity) => Some(identity.value.clone().downcast().ok()?),
        None => None,
    };
    Some(Visit {
        state: state.0.clone().downcast().ok()?,
        identity,
        session: info.session(),
        hostname: info.hostname().to_owned(),
        browser: info.browser(),
    })
}

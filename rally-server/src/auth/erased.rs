//! The app's `Auth` and its `from_session` function, type-erased.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use rally_core::context::Context;
use rally_core::error::Error;
use rally_core::submission::ChosenPreferences;

use crate::auth::caller::{AppState, BoxError, Identity, KnownType, WRONG_CX};
use crate::auth::visit::{SharedPreferences, Visit};
use crate::auth::{Auth, Credentials};
use crate::request::info::RequestInfo;

pub(crate) trait Resolver: Send + Sync {
    fn resolve<'a>(
        &'a self,
        state: &'a AppState,
        credentials: &'a Credentials,
    ) -> BoxFuture<'a, Result<Option<Identity>, Error>>;

    fn redirect_url(&self, from: &str) -> String;
}

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
    ) -> BoxFuture<'a, Result<Option<Identity>, Error>> {
        Box::pin(async move {
            let state = state.0.downcast_ref::<S>().ok_or_else(|| Error::new(WRONG_CX))?;
            let identity = self.auth.resolve(state, credentials).await?;
            Ok(identity.map(|identity| Identity {
                is_authenticated: self.auth.is_authenticated(&identity),
                user: self.auth.user_id(&identity).map(Into::into),
                value: Arc::new(identity),
            }))
        })
    }

    fn redirect_url(&self, from: &str) -> String {
        self.auth.redirect_url(from)
    }
}

pub(crate) struct FromSession {
    pub(crate) identity: KnownType,
    pub(crate) context: KnownType,
    run: Box<FromSessionFn>,
}

type FromSessionFn =
    dyn Fn(&RequestInfo, &AppState, Option<&Identity>) -> FromSessionFuture + Send + Sync;

type FromSessionFuture = BoxFuture<'static, FromSessionResult>;

pub(crate) type FromSessionResult = Result<(ClientValue, AppState), BoxError>;

/// The client context that `from_session` has returned, without its type.
pub(crate) struct ClientValue {
    pub(crate) value: Box<dyn Any + Send>,
    /// The language and theme that `from_session` has chosen.
    pub(crate) chosen: ChosenPreferences,
}

impl FromSession {
    pub(crate) fn new<S, I, C, F, Fut>(from_session: F) -> Self
    where
        S: Send + Sync + 'static,
        I: Send + Sync + 'static,
        C: Context + Send,
        F: Fn(Visit<S, I>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(C, Arc<S>), Error>> + Send + 'static,
    {
        Self {
            identity: KnownType::of::<I>(),
            context: KnownType::of::<C>(),
            run: Box::new(move |info, state, identity| {
                let chosen = SharedPreferences::default();
                let visit = visit::<S, I>(info, state, identity, chosen.clone());
                let made = visit.map(&from_session);
                Box::pin(async move {
                    let (client, state) = made.ok_or(WRONG_CX)?.await?;
                    let client = ClientValue { value: Box::new(client), chosen: chosen.take() };
                    Ok((client, AppState(state)))
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
    chosen: SharedPreferences,
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
        browser: info.client_context(),
        chosen,
    })
}

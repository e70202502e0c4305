//! Handlers and loaders, and what `#[server]` submits of them.

use std::any::{Any, TypeId};
use std::pin::Pin;

use bytes::Bytes;
use rally_core::call::{Answer, Call, CallError, call_fingerprint};
use rally_core::codec;
use rally_core::page::{Load, LoadError};
use rally_core::route::Params;

use crate::cx::{HandlerCx, State, StateType};

/// Answers a call. `#[server(public)]` implements it with the function below it.
pub trait Handler: Call {
    /// The context's type, as the function has it.
    type Cx: HandlerCx;

    /// Runs the function.
    fn run(self, cx: &Self::Cx) -> impl Future<Output = Self::Output> + Send;
}

/// Brings a page's data. `#[server(load, public)]` implements it.
pub trait Loader: Load<Data: Send> {
    /// The context's type, as the function has it.
    type Cx: HandlerCx;

    /// Runs the function.
    fn run(self, cx: &Self::Cx) -> impl Future<Output = Result<Self::Data, LoadError>> + Send;
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// How a handler ended.
pub(crate) enum Handled {
    Ok(Vec<u8>),
    Err(Vec<u8>),
    Undecodable,
    Failed(Failed),
}

/// What a loader brought: the value for this process, or bytes for another.
pub(crate) struct LoadedData {
    pub(crate) value: Box<dyn Any + Send>,
    encode: fn(&(dyn Any + Send)) -> Result<Vec<u8>, Failed>,
}

impl LoadedData {
    /// For a page without a loader.
    pub(crate) fn none() -> Self {
        Self::of(())
    }

    fn of<T: rally_core::wire::Wire + Send>(value: T) -> Self {
        Self {
            value: Box::new(value),
            encode: |value| match value.downcast_ref::<T>() {
                Some(value) => Ok(codec::encode(value)?),
                None => Err("the data is of another type".into()),
            },
        }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, Failed> {
        (self.encode)(&*self.value)
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One handler, whatever its types.
pub struct HandlerEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) state: fn() -> StateType,
    pub(crate) run: fn(State, Bytes) -> Boxed<Handled>,
}

inventory::collect!(HandlerEntry);

impl HandlerEntry {
    /// The entry of a handler.
    pub const fn of<C: Handler<Output: Send> + Send>() -> Self {
        Self {
            name: C::NAME,
            fingerprint: call_fingerprint::<C>,
            state: StateType::of::<<C::Cx as HandlerCx>::State>,
            run: |state, body| Box::pin(run::<C>(state, body)),
        }
    }
}

async fn run<C: Handler<Output: Send> + Send>(state: State, body: Bytes) -> Handled {
    let Ok(message) = codec::decode::<C>(&body) else { return Handled::Undecodable };
    let Some(cx) = C::Cx::of(&state) else { return Handled::Failed(WRONG_STATE.into()) };
    let encoded = match message.run(&cx).await.into_result() {
        Ok(value) => codec::encode(&value).map(Handled::Ok),
        Err(CallError::App(error)) => codec::encode(&error).map(Handled::Err),
        Err(CallError::Failed(error)) => return Handled::Failed(error),
    };
    encoded.unwrap_or_else(|error| Handled::Failed(error.into()))
}

/// The registry refuses such an app at boot, so this is never seen.
const WRONG_STATE: &str = "the handler expects another state than the app has";

/// One loader, whatever its types.
pub struct LoaderEntry {
    pub(crate) route: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) state: fn() -> StateType,
    pub(crate) run: fn(State, Params) -> Boxed<Result<LoadedData, LoadError>>,
}

inventory::collect!(LoaderEntry);

impl LoaderEntry {
    /// The entry of a loader.
    pub const fn of<R: Loader + Send>() -> Self {
        Self {
            route: TypeId::of::<R>,
            name: std::any::type_name::<R>,
            state: StateType::of::<<R::Cx as HandlerCx>::State>,
            run: |state, params| Box::pin(load::<R>(state, params)),
        }
    }
}

async fn load<R: Loader + Send>(state: State, params: Params) -> Result<LoadedData, LoadError> {
    let route = R::from_params(&params).ok_or(LoadError::NotFound)?;
    let cx = R::Cx::of(&state).ok_or_else(|| LoadError::Failed(WRONG_STATE.into()))?;
    route.run(&cx).await.map(LoadedData::of)
}

//! Handlers and loaders, and what `#[server]` submits of them.

use std::any::{Any, TypeId};
use std::pin::Pin;

use bytes::Bytes;
use rally_core::call::{Answer, Call, CallError, call_fingerprint};
use rally_core::codec::{self, DecodeError};
use rally_core::frame::{RequestId, ServerFrame};
use rally_core::page::{Load, LoadError};
use rally_core::route::Params;
use rally_core::wire::{Never, Wire};

use crate::cx::{HandlerCx, State, StateType};
use crate::uploads::Uploads;

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

/// A call as it came in.
pub(crate) struct Incoming {
    pub(crate) id: RequestId,
    /// The message, encoded: a part of the frame it came in.
    pub(crate) body: Bytes,
    pub(crate) limits: codec::DecodeLimits,
    /// The files that came with it.
    pub(crate) uploads: Uploads,
}

/// How a handler ended.
pub(crate) enum Handled {
    /// The whole frame that answers the call.
    Answered(Vec<u8>),
    Undecodable(DecodeError),
    Failed(Failed),
}

/// What a loader brought: the value for this process, or bytes for another.
pub(crate) struct LoadedData {
    pub(crate) value: Box<dyn Any + Send>,
    into_frame: IntoFrame,
}

type IntoFrame = fn(Box<dyn Any + Send>, RequestId) -> Result<Vec<u8>, Failed>;

impl LoadedData {
    /// For a page without a loader.
    pub(crate) fn none() -> Self {
        Self::of(())
    }

    fn of<T: Wire + Send>(value: T) -> Self {
        Self {
            value: Box::new(value),
            into_frame: |value, id| match value.downcast::<T>() {
                Ok(value) => Ok(ServerFrame::answer(id, &Ok::<T, Never>(*value))?),
                Err(_) => Err("the data is of another type".into()),
            },
        }
    }

    /// The frame that brings it to the browser.
    pub(crate) fn into_frame(self, id: RequestId) -> Result<Vec<u8>, Failed> {
        (self.into_frame)(self.value, id)
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One handler, whatever its types.
pub struct HandlerEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) state: fn() -> StateType,
    pub(crate) run: fn(State, Incoming) -> Boxed<Handled>,
}

inventory::collect!(HandlerEntry);

impl HandlerEntry {
    /// The entry of a handler.
    pub const fn of<C: Handler<Output: Send> + Send>() -> Self {
        Self {
            name: C::NAME,
            fingerprint: call_fingerprint::<C>,
            state: StateType::of::<<C::Cx as HandlerCx>::State>,
            run: |state, incoming| Box::pin(run::<C>(state, incoming)),
        }
    }
}

async fn run<C: Handler<Output: Send> + Send>(state: State, incoming: Incoming) -> Handled {
    let message = match codec::decode_within::<C>(&incoming.body, &incoming.limits) {
        Ok(message) => message,
        Err(error) => return Handled::Undecodable(error),
    };
    // While the handler runs, the frame it came in need not be kept.
    let Incoming { id, body, uploads, .. } = incoming;
    drop(body);
    let Some(cx) = C::Cx::of(&state, uploads) else { return Handled::Failed(WRONG_STATE.into()) };
    let answer = match message.run(&cx).await.into_result() {
        Ok(value) => Ok(value),
        Err(CallError::App(error)) => Err(error),
        Err(CallError::Failed(error)) => return Handled::Failed(error),
    };
    match ServerFrame::answer(id, &answer) {
        Ok(frame) => Handled::Answered(frame),
        Err(error) => Handled::Failed(error.into()),
    }
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
    let cx = R::Cx::of(&state, Uploads::default())
        .ok_or_else(|| LoadError::Failed(WRONG_STATE.into()))?;
    route.run(&cx).await.map(LoadedData::of)
}

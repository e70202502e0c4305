//! Handlers and loaders, and what `#[server]` submits of them.

use futures_util::future::BoxFuture;
use std::any::{Any, TypeId};

use bytes::Bytes;
use rally_core::call::{Answer, Call, CallError, call_fingerprint};
use rally_core::codec::{self, DecodeError};
use rally_core::frame::{RequestId, ServerFrame};
use rally_core::page::{Load, LoadError};
use rally_core::route::Params;
use rally_core::wire::{Never, Wire};

use crate::auth::access::Access;
use crate::auth::caller::{Caller, CxTypes, Failed, WRONG_CX};
use crate::auth::response_cookies::Changes;
use crate::calls::cx::HandlerCx;
use crate::request::Uploads;
use crate::telemetry::message_record;

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

/// A call as it came in.
pub(crate) struct IncomingCall {
    pub(crate) id: RequestId,
    /// The message, encoded: a part of the frame it came in.
    pub(crate) body: Bytes,
    pub(crate) limits: codec::DecodeLimits,
    /// The files that came with it.
    pub(crate) uploads: Uploads,
}

/// How a handler ended.
pub(crate) enum Handled {
    /// The whole frame that answers the call, and what goes with it.
    Answered(Vec<u8>, Changes),
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
                Ok(value) => {
                    message_record::answering(&*value);
                    Ok(ServerFrame::answer(id, &Ok::<T, Never>(*value))?)
                }
                Err(_) => Err("the data is of another type".into()),
            },
        }
    }

    /// The frame that brings it to the browser.
    pub(crate) fn into_frame(self, id: RequestId) -> Result<Vec<u8>, Failed> {
        (self.into_frame)(self.value, id)
    }
}

/// One handler, whatever its types.
pub struct HandlerEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) types: fn() -> CxTypes,
    pub(crate) access: Access,
    pub(crate) over_http: bool,
    pub(crate) run: fn(Caller, IncomingCall) -> BoxFuture<'static, Handled>,
}

inventory::collect!(HandlerEntry);

impl HandlerEntry {
    /// The entry of a handler that has this access.
    pub const fn of<C: Handler<Output: Send> + Send>(access: Access) -> Self {
        Self {
            name: C::NAME,
            fingerprint: call_fingerprint::<C>,
            types: CxTypes::of::<C::Cx>,
            access,
            over_http: C::OVER_HTTP,
            run: |caller, incoming| Box::pin(run::<C>(caller, incoming)),
        }
    }
}

async fn run<C: Handler<Output: Send> + Send>(caller: Caller, incoming: IncomingCall) -> Handled {
    let message = match codec::decode_within::<C>(&incoming.body, &incoming.limits) {
        Ok(message) => message,
        Err(error) => return Handled::Undecodable(error),
    };
    // While the handler runs, the frame it came in need not be kept.
    let IncomingCall { id, body, uploads, .. } = incoming;
    drop(body);
    message_record::received(&message);
    let Some(cx) = C::Cx::of(caller, uploads) else { return Handled::Failed(WRONG_CX.into()) };
    let answer = match message.run(&cx).await.into_result() {
        Ok(value) => Ok(value),
        Err(CallError::App(error)) => Err(error),
        Err(CallError::Failed(error)) => return Handled::Failed(error),
    };
    match &answer {
        Ok(value) => message_record::answering(value),
        Err(error) => message_record::answering(error),
    }
    match ServerFrame::answer(id, &answer) {
        Ok(frame) => Handled::Answered(frame, cx.cookies().take()),
        Err(error) => Handled::Failed(error.into()),
    }
}

/// One loader, whatever its types.
pub struct LoaderEntry {
    pub(crate) route: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) types: fn() -> CxTypes,
    pub(crate) access: Access,
    pub(crate) run: fn(Caller, Params) -> BoxFuture<'static, LoaderResult>,
}

inventory::collect!(LoaderEntry);

impl LoaderEntry {
    /// The entry of a loader that has this access.
    pub const fn of<R: Loader + Send>(access: Access) -> Self {
        Self {
            route: TypeId::of::<R>,
            name: std::any::type_name::<R>,
            types: CxTypes::of::<R::Cx>,
            access,
            run: |caller, params| Box::pin(load::<R>(caller, params)),
        }
    }
}

/// How a loader ended, and what goes with its answer.
pub(crate) type LoaderResult = (Result<LoadedData, LoadError>, Changes);

async fn load<R: Loader + Send>(caller: Caller, params: Params) -> LoaderResult {
    let failed = |error| (Err(error), Changes::default());
    let Some(route) = R::from_params(&params) else { return failed(LoadError::NotFound) };
    let Some(cx) = R::Cx::of(caller, Uploads::default()) else {
        return failed(LoadError::Failed(WRONG_CX.into()));
    };
    let loaded = route.run(&cx).await.map(LoadedData::of);
    (loaded, cx.cookies().take())
}

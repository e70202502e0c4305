//! Handlers and loaders, and the registry entries that `#[server]` and `#[loader]` submit.

use std::any::{Any, TypeId};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use rally_core::call::{Answer, Call, CallError, call_fingerprint};
use rally_core::codec::{self, DecodeError};
use rally_core::error::Error;
use rally_core::frame::{RequestId, ServerFrame};
use rally_core::page::{Load, LoadError};
use rally_core::route::Params;
use rally_core::wire::{Never, Wire};

use crate::auth::access::Access;
use crate::auth::caller::{BoxError, Caller, CxTypes, WRONG_CX};
use crate::auth::response_cookies::Changes;
use crate::calls::account::NoIdentity;
use crate::calls::handler_cx::{CxFor, HandlerCx};
use crate::request::Uploads;
use crate::telemetry::message_record;

/// A call with a handler. `#[server(..)]` implements this trait for the message type.
pub trait Handler: Call {
    /// [`Http`](super::Http) for `#[server(.., http)]`, otherwise [`Socket`](super::Socket).
    type Transport;

    /// The type of the function's `cx` parameter.
    type Cx: CxFor<Self::Transport>;

    /// Runs the handler's function.
    fn run(self, cx: &Self::Cx) -> Result<impl Future<Output = Self::Output> + Send, NoIdentity>;
}

/// A page with a loader. `#[loader(..)]` implements this trait for the page's route.
pub trait Loader: Load<Data: Send> {
    /// The type of the function's `cx` parameter.
    type Cx: HandlerCx;

    /// Runs the loader's function.
    fn run(
        self,
        cx: &Self::Cx,
    ) -> Result<impl Future<Output = Result<Self::Data, LoadError>> + Send, NoIdentity>;
}

pub(crate) struct IncomingCall {
    pub(crate) id: RequestId,
    /// The encoded message. It may be a slice of the received frame, and then keeps the frame
    /// in memory.
    pub(crate) body: Bytes,
    pub(crate) limits: codec::DecodeLimits,
    pub(crate) uploads: Uploads,
}

pub(crate) enum HandlerResult {
    Answered(Vec<u8>, Changes),
    Undecodable(DecodeError),
    Failed(BoxError),
}

/// A loader's data, which is rendered on the server or encoded for the browser.
pub(crate) struct LoadedData {
    pub(crate) value: Box<dyn Any + Send>,
    into_frame: IntoFrame,
}

type IntoFrame = fn(Box<dyn Any + Send>, RequestId) -> Result<Vec<u8>, BoxError>;

impl LoadedData {
    pub(crate) fn none() -> Self {
        Self::of(())
    }

    pub(crate) fn of<T: Wire + Send>(value: T) -> Self {
        Self {
            value: Box::new(value),
            into_frame: |value, id| match value.downcast::<T>() {
                Ok(value) => {
                    message_record::answering(&*value);
                    Ok(ServerFrame::answer(id, &Ok::<T, Never>(*value))?)
                }
                Err(_) => Err("the loader's data has an unexpected type".into()),
            },
        }
    }

    pub(crate) fn into_frame(self, id: RequestId) -> Result<Vec<u8>, BoxError> {
        (self.into_frame)(self.value, id)
    }
}

/// The registry entry of a handler, type-erased.
pub struct HandlerEntry {
    pub(crate) name: &'static str,
    pub(crate) fingerprint: fn() -> u64,
    pub(crate) types: fn() -> CxTypes,
    pub(crate) access: Access,
    pub(crate) over_http: bool,
    pub(crate) run: fn(Caller, IncomingCall) -> BoxFuture<'static, HandlerResult>,
}

inventory::collect!(HandlerEntry);

impl HandlerEntry {
    /// Creates the entry of the handler of `C` with this access requirement.
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

async fn run<C: Handler<Output: Send> + Send>(
    caller: Caller,
    incoming: IncomingCall,
) -> HandlerResult {
    let message = match codec::decode_within::<C>(&incoming.body, &incoming.limits) {
        Ok(message) => message,
        Err(error) => return HandlerResult::Undecodable(error),
    };
    // The handler may run for long, so free the memory of the frame now.
    let IncomingCall { id, body, uploads, .. } = incoming;
    drop(body);
    message_record::received(&message);
    let Some(cx) = C::Cx::of(caller, uploads) else {
        return HandlerResult::Failed(WRONG_CX.into());
    };
    let running = match message.run(&cx) {
        Ok(running) => running,
        Err(error) => return HandlerResult::Failed(error.into()),
    };
    let answer = match running.await.into_result() {
        Ok(value) => Ok(value),
        Err(CallError::App(error)) => Err(error),
        Err(CallError::Failed(error)) => return HandlerResult::Failed(error.into()),
    };
    match &answer {
        Ok(value) => message_record::answering(value),
        Err(error) => message_record::answering(error),
    }
    match ServerFrame::answer(id, &answer) {
        Ok(frame) => HandlerResult::Answered(frame, cx.cookies().take()),
        Err(error) => HandlerResult::Failed(error.into()),
    }
}

/// The registry entry of a loader, type-erased.
pub struct LoaderEntry {
    pub(crate) route: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
    pub(crate) types: fn() -> CxTypes,
    pub(crate) access: Access,
    /// `true` if the loader may set cookies, so that it does not run for a navigation on a socket.
    pub(crate) over_http: bool,
    pub(crate) run: fn(Caller, Params) -> BoxFuture<'static, LoaderResult>,
}

inventory::collect!(LoaderEntry);

impl LoaderEntry {
    /// Creates the entry of the loader of `R` with this access requirement.
    pub const fn of<R: Loader + Send>(access: Access) -> Self {
        Self {
            route: TypeId::of::<R>,
            name: std::any::type_name::<R>,
            types: CxTypes::of::<R::Cx>,
            access,
            over_http: R::Cx::OVER_HTTP,
            run: |caller, params| Box::pin(load::<R>(caller, params)),
        }
    }
}

pub(crate) type LoaderResult = (Result<LoadedData, LoadError>, Changes);

async fn load<R: Loader + Send>(caller: Caller, params: Params) -> LoaderResult {
    let failed = |error| (Err(error), Changes::default());
    let Some(route) = R::from_params(&params) else { return failed(LoadError::NotFound) };
    let Some(cx) = R::Cx::of(caller, Uploads::default()) else {
        return failed(LoadError::Failed(Error::msg(WRONG_CX)));
    };
    let loaded = match route.run(&cx) {
        Ok(running) => running.await.map(LoadedData::of),
        Err(error) => Err(error.into()),
    };
    (loaded, cx.cookies().take())
}

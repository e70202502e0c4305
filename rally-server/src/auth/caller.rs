//! The caller: who asks, and the state that is theirs, their types forgotten.

use std::any::{Any, TypeId, type_name};
use std::sync::Arc;

use super::session_generations::SessionGenerations;
use crate::request::info::RequestInfo;

/// The registry refuses such an app at boot, so this is never seen.
pub(crate) const WRONG_CX: &str = "the handler expects another state or identity than the app has";

/// Why a handler, or anything of the app, did not come to its end.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Who asks, and the state that is theirs. A clone is the same caller.
#[derive(Clone)]
pub struct Caller {
    pub(crate) info: Arc<RequestInfo>,
    pub(crate) state: AppState,
    pub(crate) identity: Option<Identity>,
    /// Told when the caller signs in or out.
    pub(crate) generations: Arc<SessionGenerations>,
}

/// The app's state, its type forgotten. The registry has compared the types of
/// all handlers with it before the first request.
#[derive(Clone)]
pub(crate) struct AppState(pub(crate) Arc<dyn Any + Send + Sync>);

impl AppState {
    pub(crate) fn new<S: Send + Sync + 'static>(state: S) -> Self {
        Self(Arc::new(state))
    }
}

/// The app's identity, its type forgotten as well.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) is_authenticated: bool,
    /// The name that the journal knows them by.
    pub(crate) user: Option<Arc<str>>,
}

/// A type and its name.
#[derive(Clone, Copy)]
pub struct KnownType {
    pub(crate) id: TypeId,
    pub(crate) name: &'static str,
}

impl KnownType {
    pub(crate) fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

/// Which state and identity a handler expects, or an app has.
pub struct CxTypes {
    pub(crate) state: KnownType,
    pub(crate) identity: KnownType,
}

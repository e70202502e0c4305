//! The caller of a request, with type-erased identity and state.

use std::any::{Any, TypeId, type_name};
use std::sync::Arc;

use rally_core::registry::PageEntry;
use rally_core::route::{Params, Route};

use super::session_generations::SessionGenerations;
use crate::request::info::RequestInfo;

/// The error of a failed downcast. It is unreachable: boot checks the types of all handlers.
pub(crate) const WRONG_CX: &str = "the handler's state or identity type differs from the app's";

/// The error of a handler or another function of the app.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The caller of a request, and the state that handlers of this caller access.
#[derive(Clone)]
pub struct Caller {
    pub(crate) info: Arc<RequestInfo>,
    pub(crate) state: AppState,
    pub(crate) identity: Option<Identity>,
    pub(crate) generations: Arc<SessionGenerations>,
    /// The page that the guard has admitted this caller to.
    pub(crate) page: Option<Arc<AdmittedPage>>,
}

/// A page with the parameters of its URL.
pub struct AdmittedPage {
    pub(crate) route: TypeId,
    pub(crate) params: Params,
}

impl AdmittedPage {
    pub(crate) fn new(page: &PageEntry, params: &Params) -> Arc<Self> {
        Arc::new(Self { route: (page.route)(), params: params.clone() })
    }

    /// Returns the route, or `None` if the page has another one.
    pub(crate) fn route<R: Route>(&self) -> Option<R> {
        (self.route == TypeId::of::<R>()).then(|| R::from_params(&self.params)).flatten()
    }
}

#[derive(Clone)]
pub(crate) struct AppState(pub(crate) Arc<dyn Any + Send + Sync>);

impl AppState {
    pub(crate) fn new<S: Send + Sync + 'static>(state: S) -> Self {
        Self(Arc::new(state))
    }
}

#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) is_authenticated: bool,
    pub(crate) user: Option<Arc<str>>,
}

/// A type's id and name.
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

/// The state and identity types of a handler or an app.
pub struct CxTypes {
    pub(crate) state: KnownType,
    pub(crate) identity: KnownType,
}

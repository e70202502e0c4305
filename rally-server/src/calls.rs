//! Calls and loaders: what the macros submit, and how they are run.

mod authorizer;
pub(crate) mod check;
pub(crate) mod cx;
pub(crate) mod dispatch;
pub(crate) mod handler;
pub(crate) mod registry;

pub use authorizer::{Authorizer, Says};
pub use cx::{Cx, HandlerCx, Nobody};
pub use handler::{Handler, HandlerEntry, Loader, LoaderEntry};

//! Calls and loaders: what the macros submit, and how they are run.

pub(crate) mod answered;
mod authorizer;
pub(crate) mod check;
pub(crate) mod cx;
pub(crate) mod dispatch;
pub(crate) mod handler;
pub(crate) mod registry;
pub(crate) mod run;

pub use authorizer::{Authorizer, Says};
pub use cx::{Cx, HandlerCx, Nobody};
pub use handler::{Handler, HandlerEntry, Loader, LoaderEntry};

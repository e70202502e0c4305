//! Calls and loaders: the entries that `#[server]` and `#[loader]` submit, and the code that runs them.

mod authorizer;
pub(crate) mod check;
pub(crate) mod cx;
pub(crate) mod dispatch;
pub(crate) mod handler;
pub(crate) mod registry;
pub(crate) mod request_outcome;
pub(crate) mod run;

pub use authorizer::{AuthorizeFn, Authorizer};
pub use cx::{Cx, HandlerCx, NotSignedIn};
pub use handler::{Handler, HandlerEntry, Loader, LoaderEntry};

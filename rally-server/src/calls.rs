//! Calls and loaders: the entries that `#[server]` and `#[loader]` submit, and the code that runs
//! them.

pub(crate) mod account;
mod authorizer;
pub(crate) mod check;
pub(crate) mod cx;
pub(crate) mod dispatch;
pub(crate) mod handler;
pub(crate) mod handler_cx;
mod http_cx;
pub(crate) mod registry;
pub(crate) mod request_outcome;
pub(crate) mod run;

pub use account::{Account, AnyCallers, CallersKind, KnownCallers, NoIdentity, PageCallers};
pub use authorizer::{AuthorizeFn, Authorizer};
pub use cx::{Cx, NotOnPage};
pub use handler::{Handler, HandlerEntry, Loader, LoaderEntry};
pub use handler_cx::{CxFor, HandlerCx, Http, Socket};
pub use http_cx::HttpCx;

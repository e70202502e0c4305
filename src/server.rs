//! The server's part of the facade.

pub use rally_server::app::{App, Client, Clients};
pub use rally_server::auth::{Auth, Credentials, Visit};
pub use rally_server::calls::{Cx, HttpCx};
pub use rally_server::config::Environment;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use rally_server::jobs;
#[cfg(feature = "sqlite")]
pub use rally_server::journal;
pub use rally_server::limits::{FormLimits, Limits};
pub use rally_server::request::SessionId;
pub use rally_server::request::Upload;
pub use rally_server::request::{Cookie, CookieError, SameSite};
pub use rally_server::security::ContentSecurityPolicy;
pub use rally_server::{BootError, serve};
#[cfg(feature = "sqlite")]
pub use {rally_macros::migrations, rally_server::db};

/// Items for generated code on the server only.
pub(crate) mod private {
    pub use inventory::submit;
    pub use rally_server::auth::access::{Access, Authorize, PolicyEntry};
    pub use rally_server::calls::{
        Account, AnyCallers, Authorizer, CallersKind, Handler, HandlerEntry, Http, KnownCallers,
        Loader, LoaderEntry, NoIdentity, PageCallers, Socket,
    };
    #[cfg(feature = "sqlite")]
    pub use rally_server::db::Migrations;
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub use rally_server::jobs::{Job, JobEntry, done};
}

//! The server's half of the facade.

pub use rally_server::app::App;
pub use rally_server::auth::{Auth, AuthError, Credentials, Visit};
pub use rally_server::cookie::{Cookie, CookieError, SameSite};
pub use rally_server::cx::Cx;
pub use rally_server::env::Environment;
pub use rally_server::headers::ContentSecurityPolicy;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use rally_server::jobs;
#[cfg(feature = "sqlite")]
pub use rally_server::journal;
pub use rally_server::limits::{FormLimits, Limits};
pub use rally_server::problem::Problem;
pub use rally_server::session::SessionId;
pub use rally_server::uploads::Upload;
pub use rally_server::{BootError, StartError, serve};
#[cfg(feature = "sqlite")]
pub use {rally_macros::migrations, rally_server::db};

/// What generated code for the server names.
pub(crate) mod private {
    pub use inventory::submit;
    pub use rally_server::auth::access::{Access, Authorize, Authorizer, PolicyEntry};
    #[cfg(feature = "sqlite")]
    pub use rally_server::db::Migrations;
    pub use rally_server::handler::{Handler, HandlerEntry, Loader, LoaderEntry};
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub use rally_server::jobs::{Job, JobEntry, done};
}

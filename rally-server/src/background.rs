//! The interface through which the rest of the server uses background jobs.

use std::any::Any;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;

use crate::auth::guard::Authenticator;
use crate::calls::check::AppTypes;
use crate::config::BootError;
use crate::lifecycle::Lifecycle;

pub(crate) const PAGE: &str = "/_rally/jobs";

/// The first command-line argument of the commands on jobs, as in `shop jobs --dead`.
pub(crate) const COMMAND: &str = "jobs";

pub(crate) trait Background: Any + Send + Sync {
    /// Starts to run jobs, in a task that ends when the app stops.
    fn start(self: Arc<Self>);

    /// Answers a request at or below [`PAGE`].
    fn answer(&self, request: Request) -> BoxFuture<'_, Response>;

    /// Runs the terminal command [`COMMAND`] with the arguments after it, such as `--dead`.
    /// Returns the text to print.
    fn command<'a>(&'a self, arguments: &'a [String]) -> BoxFuture<'a, Result<String, String>>;
}

pub(crate) struct Host<'a> {
    pub(crate) types: &'a AppTypes,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) lifecycle: Lifecycle,
}

/// Checks the jobs against the app at boot, and creates the background service.
pub(crate) type Boot = Box<dyn FnOnce(Host<'_>) -> Result<Arc<dyn Background>, BootError> + Send>;

pub(crate) fn is_page(path: &str) -> bool {
    path.strip_prefix(PAGE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

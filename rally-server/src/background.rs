//! Work in the background: jobs. Those who answer requests know no more of them
//! than this.

use futures_util::future::BoxFuture;
use std::any::Any;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

use crate::auth::guard::Authenticator;
use crate::calls::check::AppTypes;
use crate::config::BootError;
use crate::lifecycle::Lifecycle;

/// The URL of the developers' view.
pub(crate) const PAGE: &str = "/_rally/jobs";

/// The first argument of a binary that asks for its view.
pub(crate) const COMMAND: &str = "jobs";

pub(crate) trait Background: Any + Send + Sync {
    /// Begins, among the app's tasks, and ends when the app stops.
    fn start(self: Arc<Self>);

    /// Answers a request at or below [`PAGE`].
    fn answer(&self, request: Request) -> BoxFuture<'_, Response>;

    /// Does what the words behind [`COMMAND`] ask for: what is printed, else what
    /// is wrong.
    fn command<'a>(&'a self, words: &'a [String]) -> BoxFuture<'a, Result<String, String>>;
}

/// The parts of an app that its background work needs.
pub(crate) struct Host<'a> {
    /// For comparing.
    pub(crate) types: &'a AppTypes,
    /// For the caller of each unit of work.
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) lifecycle: Lifecycle,
}

/// Compares it with the app, at boot.
pub(crate) type Boot = Box<dyn FnOnce(Host<'_>) -> Result<Arc<dyn Background>, BootError> + Send>;

/// Whether a path is that of the developers' view, or below it.
pub(crate) fn is_page(path: &str) -> bool {
    path.strip_prefix(PAGE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

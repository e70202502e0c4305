//! What runs beside the answers: jobs. Whoever answers knows no more of them
//! than this.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;

use crate::app::Booted;
use crate::calls::check::AppTypes;
use crate::config::BootError;

/// The URL of the developers' view.
pub(crate) const PAGE: &str = "/_rally/jobs";

/// The first argument of a binary that asks for its view.
pub(crate) const COMMAND: &str = "jobs";

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) trait Background: Any + Send + Sync {
    /// Begins, among the app's tasks, and ends when the app stops.
    fn start(self: Arc<Self>, app: &Arc<Booted>);

    /// Answers a request at or below [`PAGE`].
    fn answer(&self, request: Request) -> Boxed<'_, Response>;

    /// Does what the words behind [`COMMAND`] ask for: what is printed, else what
    /// is wrong.
    fn command<'a>(&'a self, words: &'a [String]) -> Boxed<'a, Result<String, String>>;
}

/// Compares it with the app, at boot.
pub(crate) type Boot = Box<dyn FnOnce(&AppTypes) -> Result<Arc<dyn Background>, BootError> + Send>;

/// What of an app answers a request for the developers' view. Errors and names
/// are in it, so an app has one only where developers serve it: one that is
/// deployed without a word about where it runs has none.
pub(crate) fn page<'a>(app: &'a Booted, path: &str) -> Option<&'a Arc<dyn Background>> {
    let rest = path.strip_prefix(PAGE)?;
    let is_below = rest.is_empty() || rest.starts_with('/');
    app.background.as_ref().filter(|_| is_below && app.has_views)
}

/// Answers a binary that was started with [`COMMAND`].
pub(crate) async fn command(app: &Booted, words: &[String]) -> Result<String, String> {
    match &app.background {
        Some(background) => background.command(words).await,
        None => {
            Err("this app runs no jobs: write `App::new(..).jobs(Jobs::open(&db).await?)`".into())
        }
    }
}

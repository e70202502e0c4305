//! What runs beside the answers: jobs. Whoever answers knows no more of them
//! than this.

use std::any::Any;
use std::pin::Pin;
use std::sync::Arc;

use crate::app::Booted;
use crate::registry::{AppTypes, BootError};

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(crate) trait Background: Any + Send + Sync {
    /// Begins, among the app's tasks, and ends when the app stops.
    fn start(self: Arc<Self>, app: &Arc<Booted>);
}

/// Compares it with the app, at boot.
pub(crate) type Boot = Box<dyn FnOnce(&AppTypes) -> Result<Arc<dyn Background>, BootError> + Send>;

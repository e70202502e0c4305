//! Trace ids. A visitor sees the id of a failure, and the log contains the same id.

use std::any::Any;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;

pub(crate) fn new_id() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", now.as_millis(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn failure(what: &str, error: &dyn Error) -> String {
    let trace_id = new_id();
    tracing::error!(trace_id, error = text_of(error), "{what} failed");
    trace_id
}

/// Returns the texts of an error and of its sources, joined by colons.
pub(crate) fn text_of(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

pub(crate) async fn catch<T>(future: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(future).catch_unwind().await.map_err(Panicked::from)
}

pub(crate) fn catch_now<T>(run: impl FnOnce() -> T) -> Result<T, Panicked> {
    std::panic::catch_unwind(AssertUnwindSafe(run)).map_err(Panicked::from)
}

/// A panic in the app's code. The text of the panic must not be shown to visitors.
#[derive(Debug)]
pub(crate) struct Panicked(String);

impl From<Box<dyn Any + Send>> for Panicked {
    fn from(panic: Box<dyn Any + Send>) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self(text.unwrap_or_else(|| "the panic has no message".to_owned()))
    }
}

impl Error for Panicked {}

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "panicked: {}", self.0)
    }
}

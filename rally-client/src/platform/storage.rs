//! Storage: the browser's, the tab's, and cookies.

use std::pin::Pin;

use futures_util::Stream;

/// Values kept by key, for three lifetimes.
pub trait Storage {
    /// The values that other tabs write to this key of the local storage.
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>>;
    /// Writes to the local storage.
    fn store(&self, key: &str, value: Option<&str>);

    /// The value that an earlier document of this tab has remembered under a key.
    fn remembered(&self, key: &str) -> Option<String>;
    /// Remembers something for as long as this tab lives. `false` when nothing
    /// can be remembered here.
    fn remember(&self, key: &str, value: &str) -> bool;

    /// The value of a cookie that scripts may read.
    fn cookie(&self, name: &str) -> Option<String>;
    /// Keeps a cookie for a year, for all of this app; with `None` removes it.
    fn set_cookie(&self, name: &str, value: Option<&str>);
}

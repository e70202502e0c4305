//! Storage: local storage, the storage of the tab, and cookies.

use std::pin::Pin;

use futures_util::Stream;

/// Three stores of values by key: the local storage, the storage of the tab, and the cookies.
pub trait Storage {
    /// Returns a stream of the values that other tabs write to a key of the local storage.
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>>;
    /// Returns the value of a key of the local storage.
    fn stored(&self, key: &str) -> Option<String>;
    /// Writes a key of the local storage, or removes it if `value` is `None`.
    fn store(&self, key: &str, value: Option<&str>);

    /// Returns the value of a key in the storage of the tab, written by
    /// [`remember`](Self::remember).
    fn remembered(&self, key: &str) -> Option<String>;
    /// Writes a key of the storage of the tab, which lasts as long as the tab is open. Returns
    /// `false` if this is not possible.
    fn remember(&self, key: &str, value: &str) -> bool;

    /// Returns the value of a cookie. Cookies with `HttpOnly` are not visible.
    fn cookie(&self, name: &str) -> Option<String>;
    /// Sets a cookie for one year and all paths, or removes it if `value` is `None`.
    fn set_cookie(&self, name: &str, value: Option<&str>);
    /// Sets a cookie for the next document, which has to load within a minute.
    fn set_flash_cookie(&self, value: &str);
}

//! The location: the URL in the address bar, the history, and page loads.

use rally_core::effect::History;

/// The address bar and the history.
pub trait Location {
    /// Splits a URL of this app. Returns `None` if the URL is not valid or belongs to another
    /// origin.
    fn local_url(&self, url: &str) -> Option<LocalUrl>;
    /// Writes a URL to the address bar, without a page load.
    fn write_history(&self, url: &LocalUrl, history: History);
    /// Sets the scroll position and the focus for a page that was just shown, and announces the
    /// page to screen readers.
    fn arrived(&self, url: &LocalUrl, arrival: Arrival);
    /// Called after [`write_history`](Self::write_history), or after the back or forward button, for
    /// a URL of the page that is shown already. Keeps the focus. After the button, restores the
    /// scroll position. Otherwise, scroll position and focus move only if the URL has a fragment.
    fn arrived_in_place(&self, url: &LocalUrl, arrival: Arrival);
    /// Lets the browser load a URL. Usually, the new document replaces this one.
    fn load_document(&self, url: &str, history: History);
    /// Reloads the document.
    fn reload(&self);
}

/// A URL of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUrl {
    /// Path and query.
    pub path: String,
    /// Fragment with its `#`, or an empty string.
    pub fragment: String,
}

/// The way in which a page was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By a link, an effect, or the start of the app.
    Entered,
    /// By the back or forward button.
    Returned,
}

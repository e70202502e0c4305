//! The location: the URL that is shown, the history behind it, and page loads.

use rally_core::effect::History;

/// The address bar.
pub trait Location {
    /// Splits a URL of this app: `None` when it belongs to another origin.
    fn local_url(&self, url: &str) -> Option<LocalUrl>;
    /// Makes a URL the current one, without a page load.
    fn write_history(&self, url: &LocalUrl, history: History);
    /// Puts scroll position and focus where they belong on a page just shown.
    fn arrived(&self, url: &LocalUrl, arrival: Arrival);
    /// Leaves the app for a URL, with a full page load.
    fn load_document(&self, url: &str, history: History);
    /// Loads the document that is shown anew.
    fn reload(&self);
}

/// A URL within the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUrl {
    /// Path and query.
    pub path: String,
    /// With its `#`, or empty.
    pub fragment: String,
}

/// How a page came to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// By a link or an effect.
    Entered,
    /// By the back or forward button.
    Returned,
}

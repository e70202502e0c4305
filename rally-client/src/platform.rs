//! What the runtime needs of the place it runs in.

pub mod tasks;

use std::pin::Pin;
use std::time::Duration;

use futures_util::Stream;
use rally_core::effect::History;
use rally_core::head::Head;
use rally_core::http::{HttpRequest, HttpResult};

/// A future of the one thread there is.
pub type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// The browser, or what a test puts in its place.
pub trait Platform {
    /// The time since some fixed start, the same for every document.
    fn now(&self) -> Duration;
    /// A random number within [0, 1).
    fn random(&self) -> f64;
    /// Runs a future to its end.
    fn spawn(&self, future: Local<()>);
    /// Waits.
    fn sleep(&self, time: Duration) -> Local<()>;

    /// Opens a connection, in place of one that may still be there.
    fn connect(&self);
    /// Sends a frame on the open connection.
    fn send(&self, frame: &[u8]);
    /// Drops the connection; nothing more is heard of it.
    fn disconnect(&self);

    /// Sends an HTTP request.
    fn fetch(&self, request: HttpRequest) -> Local<HttpResult>;
    /// What other tabs write to this key of the local storage.
    fn storage(&self, key: &str) -> Pin<Box<dyn Stream<Item = Option<String>>>>;
    /// Writes to the local storage.
    fn store(&self, key: &str, value: Option<&str>);
    /// What this tab remembers of earlier documents under a key.
    fn remembered(&self, key: &str) -> Option<String>;
    /// Remembers something for as long as this tab lives. `false` when nothing
    /// can be remembered here.
    fn remember(&self, key: &str, value: &str) -> bool;

    /// The value of a cookie that scripts may read.
    fn cookie(&self, name: &str) -> Option<String>;
    /// Keeps a cookie for a year, for all of this app; with `None` removes it.
    fn set_cookie(&self, name: &str, value: Option<&str>);
    /// The tag of the language that the browser itself speaks.
    fn language(&self) -> Option<String>;
    /// Whether the system is dark.
    fn prefers_dark(&self) -> bool;

    /// Splits a URL of this app: `None` when it belongs to another origin.
    fn local_url(&self, url: &str) -> Option<LocalUrl>;
    /// Leaves the app for a URL, with a full page load.
    fn load_document(&self, url: &str, history: History);
    /// Loads the document that is shown anew.
    fn reload(&self);
    /// Makes a URL the current one, without a page load.
    fn write_history(&self, url: &LocalUrl, history: History);
    /// Puts scroll position and focus where they belong on a page just shown.
    fn arrived(&self, url: &LocalUrl, arrival: Arrival);

    /// Puts the page's head into the document, in place of the one before.
    fn show_head(&self, head: &Head);
    /// Says which language the document is in. Unless it was `chosen`, a
    /// language that the document names itself stays.
    fn show_lang(&self, lang: &str, chosen: bool);
    /// Says whether the document is dark.
    fn show_theme(&self, dark: bool);

    /// Tells whoever looks into the console that something is wrong.
    fn report(&self, text: &str);
    /// Tells the visitor whether the app is connected.
    fn show_connection(&self, connection: Connection);
    /// Tells the visitor whether the page is out of date, and lets him load it anew.
    fn show_version(&self, version: Version);
    /// Tells the visitor whether a navigation takes its time.
    fn show_progress(&self, progress: Progress);
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

/// The state of the connection, as a visitor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Frames come and go.
    Connected,
    /// There is none; it is being tried again.
    Disconnected,
}

/// The version of the app that is shown, as far as the visitor has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The server's own, or as good.
    Current,
    /// The server runs another one.
    Outdated,
}

/// A navigation that takes its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The next page is being waited for.
    Waiting,
    /// It has come, or will not.
    Done,
}

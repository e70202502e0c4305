//! The document: what the runtime itself says in it, and what it says of its visitor.

use rally_core::head::Head;

/// The document around the page.
pub trait Document {
    /// The tag of the language that the browser itself speaks.
    fn language(&self) -> Option<String>;
    /// Whether the system is dark.
    fn prefers_dark(&self) -> bool;

    /// Puts the page's head into the document, in place of the one before.
    fn show_head(&self, head: &Head);
    /// Says which language the document is in. Unless it was `chosen`, a
    /// language that the document names itself stays.
    fn show_lang(&self, lang: &str, chosen: bool);
    /// Says whether the document is dark.
    fn show_theme(&self, dark: bool);

    /// Tells the visitor whether the app is connected.
    fn show_connection(&self, connection: ConnectionStatus);
    /// Tells the visitor whether the page is out of date, and lets them load it anew.
    fn show_version(&self, version: Version);
    /// Tells the visitor whether a navigation takes its time.
    fn show_progress(&self, progress: Progress);
    /// Writes an error to the console.
    fn report(&self, text: &str);
}

/// The state of the connection, as a visitor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
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

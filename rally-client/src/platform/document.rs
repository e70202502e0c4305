//! The document: its head, language and theme, and the runtime's notices to the visitor.

use rally_core::effect::{ElementAction, FormAction};
use rally_core::head::Head;

use super::LocalFuture;

/// The HTML document that contains the page.
pub trait Document {
    /// Returns the language tag of the browser's user interface.
    fn language(&self) -> Option<String>;
    /// Returns `true` if the system prefers a dark theme.
    fn prefers_dark(&self) -> bool;

    /// Sends events for the fields that the visitor has changed before the first page was shown.
    /// Returns `true` if there are any. Does nothing when it is called again.
    fn report_early_input(&self) -> bool;

    /// Empties the fields of the forms of a name, or moves the focus to the first one with an error,
    /// after the next render.
    fn change_form(&self, name: &str, action: FormAction);

    /// Writes the page's head into the document, and removes the head of the previous page.
    fn show_head(&self, head: &Head);
    /// Sets the language of the document. If the visitor has not `chosen` it, a language that the
    /// document declares is kept.
    fn show_lang(&self, lang: &str, chosen: bool);
    /// Sets the document's theme: dark or light.
    fn show_theme(&self, dark: bool);

    /// Performs an action on an element. Returns `false` if there is no such element.
    fn act_on_element(&self, action: &ElementAction) -> bool;
    /// Copies a text to the clipboard. The future returns `true` if the browser has allowed it.
    fn copy(&self, text: &str) -> LocalFuture<bool>;
    /// Sets whether the browser asks the visitor before it leaves the document.
    fn ask_before_leaving(&self, asks: bool);

    /// Shows or hides the notice that the connection is lost.
    fn show_connection(&self, connection: ConnectionStatus);
    /// Shows or hides the notice that the page is out of date, with a button that reloads the page.
    fn show_version(&self, version: Version);
    /// Shows or hides the progress bar of a navigation that takes long.
    fn show_progress(&self, progress: Progress);
    /// Writes an error to the console.
    fn report(&self, text: &str);
}

/// The state of the connection that is shown to the visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// The connection is open.
    Connected,
    /// The connection is lost; the client tries to reconnect.
    Disconnected,
}

/// The version of the app in this document, compared with the server's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The app is up to date, or no notice is needed.
    Current,
    /// The server runs another version.
    Outdated,
}

/// The state of a navigation that takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The next page is loading.
    Waiting,
    /// The navigation has ended: a page is shown, or the navigation was given up.
    Done,
}

//! Events of the clipboard.

use super::{Event, EventData, data::data};
use crate::file::{BrowserFile, File, attach};

/// A copy, cut or paste.
pub type ClipboardEvent = Event<ClipboardData>;

data! {
    /// The data of a [`ClipboardEvent`].
    ClipboardData {
        /// The pasted text. It is empty for a copy or cut.
        text: String,
        /// The pasted files, for example an image.
        files: Vec<File>,
    }
}

impl EventData for ClipboardData {
    fn attach(&mut self, files: &[BrowserFile]) -> Option<()> {
        attach(&mut self.files, files)
    }
}

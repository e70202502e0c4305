//! Events of drag and drop.

use std::ops::Deref;

use super::data::data;
use super::{Event, EventData, MouseData};
use crate::file::{BrowserFile, File, attach};

/// An event of drag and drop.
///
/// To allow a drop, the handler of `ondragover` must call
/// [`prevent_default`](Event::prevent_default). The handler of `ondrop` calls it
/// so that the browser does not open a dropped file.
pub type DragEvent = Event<DragData>;

data! {
    /// The data of a [`DragEvent`]. It has the fields of [`MouseData`] too.
    ///
    /// Browsers tell texts and files only when they are dropped.
    DragData {
        /// Position, buttons and modifier keys.
        mouse: MouseData,
        /// The types of the dragged data, such as `text/plain` or `Files`.
        types: Vec<String>,
        /// The dropped text.
        text: String,
        /// The dropped files.
        files: Vec<File>,
    }
}

impl EventData for DragData {
    fn attach(&mut self, files: &[BrowserFile]) -> Option<()> {
        attach(&mut self.files, files)
    }
}

impl Deref for DragData {
    type Target = MouseData;

    fn deref(&self) -> &MouseData {
        &self.mouse
    }
}

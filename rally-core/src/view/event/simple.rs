//! Events with little or no data.

use super::{Event, EventData, data::data};

/// A change of the focus.
pub type FocusEvent = Event<FocusData>;

/// A change of a scroll position.
pub type ScrollEvent = Event<ScrollData>;

/// An event of an input method, for example of Japanese.
pub type CompositionEvent = Event<CompositionData>;

/// A change of the selected text.
pub type SelectionEvent = Event<SelectionData>;

/// An event of `<details>`, `<dialog>` or a popover that opens or closes.
pub type ToggleEvent = Event<ToggleData>;

/// An event without data.
pub type PlainEvent = Event<PlainData>;

data! {
    /// The data of a [`FocusEvent`]: nothing.
    #[derive(Copy)]
    FocusData {}
}

data! {
    /// The data of a [`ScrollEvent`], in CSS pixels.
    #[derive(Copy)]
    ScrollData {
        /// Distance that is scrolled to the right.
        left: f64,
        /// Distance that is scrolled downwards.
        top: f64,
        /// Width of the whole content.
        scroll_width: f64,
        /// Height of the whole content.
        scroll_height: f64,
        /// Width of the visible part.
        client_width: f64,
        /// Height of the visible part.
        client_height: f64,
    }
}

data! {
    /// The data of a [`CompositionEvent`].
    CompositionData {
        /// The text that the input method has made so far.
        text: String,
    }
}

data! {
    /// The data of a [`SelectionEvent`].
    SelectionData {
        /// The selected text.
        text: String,
    }
}

data! {
    /// The data of a [`ToggleEvent`].
    #[derive(Copy)]
    ToggleData {
        /// `true` if the element opens.
        open: bool,
    }
}

data! {
    /// The data of a [`PlainEvent`]: nothing.
    #[derive(Copy)]
    PlainData {}
}

impl EventData for FocusData {}
impl EventData for ScrollData {}
impl EventData for CompositionData {}
impl EventData for SelectionData {}
impl EventData for ToggleData {}
impl EventData for PlainData {}

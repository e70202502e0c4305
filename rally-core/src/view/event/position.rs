//! Positions in the window, the document and elements.

use super::data::data;

data! {
    /// A position in CSS pixels.
    #[derive(Copy)]
    Point {
        /// Distance from the left edge.
        x: f64,
        /// Distance from the top edge.
        y: f64,
    }
}

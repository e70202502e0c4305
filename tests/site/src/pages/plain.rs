//! `/plain`: a page without a head.

use rally::prelude::*;

#[page]
pub fn plain() -> Element {
    rsx! { h1 { "Plain" } }
}

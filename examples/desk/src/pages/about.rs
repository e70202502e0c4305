//! `/about`: a page without messages and state.

use rally::prelude::*;

#[page(title = "About - Desk")]
pub fn about() -> Element {
    rsx! {
        main {
            h1 { "About" }
            p { "Customers open tickets here. Agents answer them." }
            p { "A solved ticket is closed after a week. Until then, an answer opens it again." }
        }
    }
}

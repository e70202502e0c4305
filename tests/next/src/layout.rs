//! The frame of every page, with the same nodes as in `tests/fixture`, so that
//! the script of one build can hydrate the document of the other.

use rally::prelude::*;

/// A heading, the content, and a link to the home page.
pub fn page(heading: &str, content: Element) -> Element {
    let home = "/";
    rsx! {
        main {
            h1 { "{heading}" }
            {content}
            p { a { href: home, "Home" } }
        }
    }
}

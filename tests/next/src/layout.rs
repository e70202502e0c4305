//! What every page looks like: node for node as in `tests/fixture`, so that the
//! script of one build can take over the document of the other.

use rally::prelude::*;

/// A heading, the content, and the way home.
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

//! The page for all errors.

use rally::prelude::*;

use super::home_::Home;
use crate::Site;

#[error_page]
pub fn error(error: &PageError, _: &Site) -> Element {
    rsx! {
        main {
            h1 { "{error.status}" }
            p { "{error.message()}" }
            p { a { href: href(Home), "All entries" } }
        }
    }
}

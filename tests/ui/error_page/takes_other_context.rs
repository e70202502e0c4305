use rally::prelude::*;

rally::pages!();

pub struct Site;

#[error_page]
pub fn error(error: &PageError, _: &Site) -> Element {
    rsx! { "{error.status}" }
}

fn main() {}

use rally::prelude::*;

rally::pages!();

#[error_page("/error")]
pub fn error(error: &PageError) -> Element {
    rsx! { "{error.status}" }
}

fn main() {}

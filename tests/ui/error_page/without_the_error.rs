use rally::prelude::*;

rally::pages!();

#[error_page]
pub fn error() -> Element {
    rsx! {}
}

fn main() {}

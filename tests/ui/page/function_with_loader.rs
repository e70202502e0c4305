use rally::prelude::*;

rally::pages!();

#[page("/items", loader)]
pub fn items() -> Element {
    rsx! {}
}

fn main() {}

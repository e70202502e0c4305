use rally::prelude::*;

rally::pages!();

#[page("/items")]
#[allow(non_snake_case)]
pub fn Items() -> Element {
    rsx! {}
}

fn main() {}

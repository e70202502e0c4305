use rally::prelude::*;

rally::pages!();

#[page("/items")]
pub fn items() {
    rsx! {};
}

fn main() {}

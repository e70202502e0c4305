use rally::prelude::*;

rally::pages!();

#[page("/items/:id")]
pub fn item() -> Element {
    rsx! {}
}

fn main() {}

use rally::prelude::*;

rally::pages!();

#[page("/items")]
pub async fn items() -> Element {
    rsx! {}
}

fn main() {}

use rally::prelude::*;

#[component(inline)]
fn Card(title: String) -> Element {
    rsx! { "{title}" }
}

fn main() {}

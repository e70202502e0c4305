use rally::prelude::*;

#[component]
const fn Card(title: String) -> Element {
    rsx! { "{title}" }
}

fn main() {}

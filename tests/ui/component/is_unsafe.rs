use rally::prelude::*;

#[component]
unsafe fn Card(title: String) -> Element {
    rsx! { "{title}" }
}

fn main() {}

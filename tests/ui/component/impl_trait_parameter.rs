use rally::prelude::*;

#[component]
fn Card(title: impl std::fmt::Display) -> Element {
    rsx! { "{title}" }
}

fn main() {}

use rally::prelude::*;

#[component]
fn Card(#[default("three")] stars: u8) -> Element {
    rsx! { "{stars}" }
}

fn main() {}

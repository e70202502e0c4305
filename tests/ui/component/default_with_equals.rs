use rally::prelude::*;

#[component]
fn Card(#[default = 3] stars: u8) -> Element {
    rsx! { "{stars}" }
}

fn main() {}

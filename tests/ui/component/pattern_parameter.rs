use rally::prelude::*;

#[component]
fn Card((title, stars): (String, u8)) -> Element {
    rsx! { "{title} {stars}" }
}

fn main() {}

use rally::prelude::*;

#[allow(non_snake_case)]
fn Card(title: String, stars: Option<u8>) -> Element {
    rsx! { h2 { "{title} {stars:?}" } }
}

fn view() -> Element {
    rsx! { Card { title: "Lamp" } }
}

fn main() {}

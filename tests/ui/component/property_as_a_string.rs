use rally::prelude::*;

#[component]
fn Card(title: String, stars: Option<u8>) -> Element {
    rsx! { h2 { "{title} {stars:?}" } }
}

fn view() -> Element {
    rsx! { Card { "title": "Lamp" } }
}

fn main() {}

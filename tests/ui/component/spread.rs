use rally::prelude::*;

#[component]
fn Card(title: String, stars: Option<u8>) -> Element {
    rsx! { h2 { "{title} {stars:?}" } }
}

fn view(attributes: Vec<rally::view::Attribute>) -> Element {
    rsx! { Card { ..attributes } }
}

fn main() {}

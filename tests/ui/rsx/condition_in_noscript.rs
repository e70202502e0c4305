use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { noscript { if name.is_empty() { "Hello" } } }
}

fn main() {}

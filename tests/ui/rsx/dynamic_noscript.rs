use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { noscript { p { "Hello {name}" } } }
}

fn main() {}

use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { p { "Hello {nam}" } }
}

fn main() {}

use rally::prelude::*;

fn view() -> Element {
    rsx! { svg { div { "Hello" } } }
}

fn main() {}

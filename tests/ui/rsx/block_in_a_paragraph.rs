use rally::prelude::*;

fn view() -> Element {
    rsx! { p { div { "Hello" } } }
}

fn main() {}

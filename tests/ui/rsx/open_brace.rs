use rally::prelude::*;

fn view() -> Element {
    rsx! { p { "Hello {name" } }
}

fn main() {}

use rally::prelude::*;

fn view() -> Element {
    rsx! { dvi { "Hello" } }
}

fn main() {}

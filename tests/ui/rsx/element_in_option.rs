use rally::prelude::*;

fn view() -> Element {
    rsx! { select { option { b { "Hello" } } } }
}

fn main() {}

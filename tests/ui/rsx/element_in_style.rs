use rally::prelude::*;

fn view() -> Element {
    rsx! { style { b { "Hello" } } }
}

fn main() {}

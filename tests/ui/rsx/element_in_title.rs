use rally::prelude::*;

fn view() -> Element {
    rsx! { title { b { "Hello" } } }
}

fn main() {}

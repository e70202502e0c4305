use rally::prelude::*;

fn view() -> Element {
    rsx! { body { "Hello" } }
}

fn main() {}

use rally::prelude::*;

fn view() -> Element {
    rsx! { script { b { "Hello" } } }
}

fn main() {}

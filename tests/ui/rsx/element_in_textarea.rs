use rally::prelude::*;

fn view() -> Element {
    rsx! { textarea { b { "Hello" } } }
}

fn main() {}

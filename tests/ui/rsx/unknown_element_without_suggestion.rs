use rally::prelude::*;

fn view() -> Element {
    rsx! { marquee { "Hello" } }
}

fn main() {}

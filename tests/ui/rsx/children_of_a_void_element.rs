use rally::prelude::*;

fn view() -> Element {
    rsx! { br { "Hello" } }
}

fn main() {}

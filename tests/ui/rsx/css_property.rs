use rally::prelude::*;

fn view() -> Element {
    rsx! { p { color: "red", "Hello" } }
}

fn main() {}

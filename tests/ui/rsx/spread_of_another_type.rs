use rally::prelude::*;

fn view() -> Element {
    rsx! { p { ..7, "Hello" } }
}

fn main() {}

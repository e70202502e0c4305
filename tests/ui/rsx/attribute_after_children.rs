use rally::prelude::*;

fn view() -> Element {
    rsx! { p { "Hello", title: "Greeting" } }
}

fn main() {}

use rally::prelude::*;

fn view() -> Element {
    rsx! { p { 7 } }
}

fn main() {}

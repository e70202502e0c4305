use rally::prelude::*;

fn view(name: Element) -> Element {
    rsx! { p { "Hello {name}" } }
}

fn main() {}

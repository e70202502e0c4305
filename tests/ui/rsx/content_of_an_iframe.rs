use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { iframe { "Hello {name}" } }
}

fn main() {}

use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { noframes { "{name}" } }
}

fn main() {}

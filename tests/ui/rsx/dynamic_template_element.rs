use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { template { "Hello {name}" } }
}

fn main() {}

use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { input { initial_value: "{name}" } }
}

fn main() {}

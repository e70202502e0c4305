use rally::prelude::*;

fn view() -> Element {
    rsx! { input { disabled: "yes" } }
}

fn main() {}

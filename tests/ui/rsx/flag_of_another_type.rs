use rally::prelude::*;

fn view(count: usize) -> Element {
    rsx! { input { disabled: count } }
}

fn main() {}

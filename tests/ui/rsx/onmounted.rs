use rally::prelude::*;

fn view() -> Element {
    rsx! { div { onmounted: |_| {} } }
}

fn main() {}

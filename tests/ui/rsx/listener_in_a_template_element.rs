use rally::prelude::*;

fn view() -> Element {
    rsx! { template { button { onclick: |_| {}, "Save" } } }
}

fn main() {}

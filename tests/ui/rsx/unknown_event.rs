use rally::prelude::*;

fn view() -> Element {
    rsx! { button { onclik: move |_| {}, "Save" } }
}

fn main() {}

use rally::prelude::*;

fn view() -> Element {
    rsx! { button { onclick: move |event: KeyboardEvent| drop(event), "Save" } }
}

fn main() {}

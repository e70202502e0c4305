use rally::prelude::*;

fn view() -> Element {
    rsx! { button { onclick: "save()", "Save" } }
}

fn main() {}

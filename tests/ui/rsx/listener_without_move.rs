use rally::prelude::*;

fn view(name: String) -> Element {
    rsx! { button { onclick: |_| println!("{name}"), "Save" } }
}

fn main() {}

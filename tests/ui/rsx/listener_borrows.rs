use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { button { onclick: move |_| println!("{name}"), "Save" } }
}

fn main() {}

use rally::prelude::*;

fn view(mut names: Vec<String>) -> Element {
    names.sort();
    rsx! { button { onclick: move |_| names.clear(), "Clear" } }
}

fn main() {}

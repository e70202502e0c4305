use rally::prelude::*;

fn view(name: Element) -> Element {
    rsx! { title { {name} } }
}

fn main() {}

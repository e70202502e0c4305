use rally::prelude::*;

fn view() -> Element {
    rsx! { a { href: move |_| {}, "Home" } }
}

fn main() {}

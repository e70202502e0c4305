use rally::prelude::*;

fn view() -> Element {
    rsx! { a { href: "/", title: "Home", href: "/home", "Home" } }
}

fn main() {}

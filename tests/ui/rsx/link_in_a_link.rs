use rally::prelude::*;

fn view() -> Element {
    rsx! { a { href: "/", b { a { href: "/cart", "Cart" } } } }
}

fn main() {}

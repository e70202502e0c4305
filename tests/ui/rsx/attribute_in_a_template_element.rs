use rally::prelude::*;

fn view(url: &str) -> Element {
    rsx! { template { p { a { href: "{url}", "Home" } } } }
}

fn main() {}

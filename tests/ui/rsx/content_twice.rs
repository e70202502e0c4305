use rally::prelude::*;

fn view() -> Element {
    rsx! { p { dangerous_inner_html: "<b>Hello</b>", "Hello" } }
}

fn main() {}

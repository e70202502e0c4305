use rally::prelude::*;

fn view() -> Element {
    rsx! { table { "Names" } }
}

fn main() {}

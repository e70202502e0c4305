use rally::prelude::*;

fn view() -> Element {
    rsx! { div { td { "Ann" } } }
}

fn main() {}

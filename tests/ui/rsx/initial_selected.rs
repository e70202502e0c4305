use rally::prelude::*;

fn view() -> Element {
    rsx! { select { option { initial_selected: true, "Ann" } } }
}

fn main() {}

use rally::prelude::*;

#[component]
fn Name() -> Element {
    rsx! { "Ann" }
}

fn view() -> Element {
    rsx! { select { option { Name {} } } }
}

fn main() {}

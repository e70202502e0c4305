use rally::prelude::*;

#[component]
fn Name() -> Element {
    rsx! { "Ann" }
}

fn view() -> Element {
    rsx! { textarea { Name {} } }
}

fn main() {}

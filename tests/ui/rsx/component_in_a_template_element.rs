use rally::prelude::*;

#[component]
fn Name() -> Element {
    rsx! { "Ann" }
}

fn view() -> Element {
    rsx! { template { p { Name {} } } }
}

fn main() {}

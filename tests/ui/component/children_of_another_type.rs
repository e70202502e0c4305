use rally::prelude::*;

#[component]
fn Card(children: Vec<Element>) -> Element {
    rsx! { {children} }
}

fn main() {}

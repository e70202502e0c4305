use rally::prelude::*;

#[component]
fn Card(title: String) {
    rsx! { "{title}" }
}

fn main() {}

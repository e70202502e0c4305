use rally::prelude::*;

#[component]
fn card(title: String) -> Element {
    rsx! { "{title}" }
}

fn main() {}

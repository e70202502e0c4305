use rally::prelude::*;

#[component]
async fn Card(title: String) -> Element {
    rsx! { "{title}" }
}

fn main() {}

use rally::prelude::*;

struct Shop;

impl Shop {
    #[component]
    fn Card(&self, title: String) -> Element {
        rsx! { "{title}" }
    }
}

fn main() {}

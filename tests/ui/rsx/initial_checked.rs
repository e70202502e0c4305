use rally::prelude::*;

fn view(is_on: bool) -> Element {
    rsx! { input { r#type: "checkbox", initial_checked: is_on } }
}

fn main() {}

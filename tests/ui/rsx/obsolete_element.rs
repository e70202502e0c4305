use rally::prelude::*;

fn view(name: &str) -> Element {
    rsx! { xmp { "{name}" } }
}

fn main() {}

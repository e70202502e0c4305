use rally::prelude::*;

fn view(names: &[String]) -> Element {
    rsx! {
        ul {
            for name in names {
                li { key: "name", "{name}" }
            }
        }
    }
}

fn main() {}

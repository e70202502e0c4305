use rally::prelude::*;

fn view(names: &[String]) -> Element {
    rsx! {
        table {
            for name in names {
                tr { td { "{name}" } }
            }
        }
    }
}

fn main() {}

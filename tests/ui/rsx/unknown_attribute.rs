use rally::prelude::*;

fn view() -> Element {
    rsx! { input { plcaeholder: "Name" } }
}

fn main() {}

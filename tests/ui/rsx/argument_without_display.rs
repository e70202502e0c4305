use rally::prelude::*;

fn view(date: std::time::SystemTime) -> Element {
    rsx! { p { "Today is {date}" } }
}

fn main() {}

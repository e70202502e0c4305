use rally::prelude::*;

fn view(date: std::time::SystemTime) -> Element {
    rsx! { p { {date} } }
}

fn main() {}

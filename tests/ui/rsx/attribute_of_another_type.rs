use rally::prelude::*;

fn view(date: std::time::SystemTime) -> Element {
    rsx! { time { datetime: date, "today" } }
}

fn main() {}

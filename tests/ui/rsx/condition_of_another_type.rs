use rally::prelude::*;

fn view(is_new: bool, date: std::time::SystemTime) -> Element {
    rsx! { p { title: if is_new { date }, "today" } }
}

fn main() {}

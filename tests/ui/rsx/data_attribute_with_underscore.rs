use rally::prelude::*;

fn view() -> Element {
    rsx! { p { data_user_id: 7, "Hello" } }
}

fn main() {}

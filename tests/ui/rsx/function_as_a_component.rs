use rally::prelude::*;

mod user {
    use rally::prelude::*;

    pub fn card(name: &str) -> Element {
        rsx! { "{name}" }
    }
}

fn view() -> Element {
    rsx! { user::card { name: "Ann" } }
}

fn main() {}

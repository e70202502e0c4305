use rally::prelude::*;

rally::pages!();

#[page("/items")]
pub fn items(_: &ClientContext, filter: String) -> Element {
    rsx! { "{filter}" }
}

fn main() {}

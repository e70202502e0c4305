use rally::prelude::*;

rally::pages!();

#[page("/items")]
pub fn items(client: ClientContext) -> Element {
    rsx! { "{client.lang}" }
}

fn main() {}

use rally::prelude::*;

rally::pages!();

pub struct Site;

#[page("/items")]
pub fn items(_: &Site) -> Element {
    rsx! {}
}

fn main() {}

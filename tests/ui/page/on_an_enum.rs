use rally::prelude::*;

rally::pages!();

#[page("/")]
pub enum Home {
    A,
}

fn main() {}

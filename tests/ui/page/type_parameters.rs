use rally::prelude::*;

rally::pages!();

#[page("/:id")]
pub struct Home<T> {
    pub id: T,
}

fn main() {}

use rally::prelude::*;

rally::pages!();

#[page("/:id")]
pub struct Home(i64);

fn main() {}

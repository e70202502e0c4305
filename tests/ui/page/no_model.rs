use rally::prelude::*;

rally::pages!();

#[page("/")]
pub struct Home;

fn main() {}

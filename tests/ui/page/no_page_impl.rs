use rally::prelude::*;

rally::pages!();

#[page("/")]
pub struct Home;

#[derive(Wire)]
pub struct Model;

fn main() {}
